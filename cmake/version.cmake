# SPDX-License-Identifier: Apache-2.0
# Run at each build (cmake -P): writes version.cpp anew only where the commit has changed.
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --exclude=* --abbrev=12
    OUTPUT_VARIABLE WARPEVM_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT WARPEVM_COMMIT)
    set(WARPEVM_COMMIT "unknown")
endif()
configure_file(${SOURCE_DIR}/tools/cli/version.cpp.in ${OUTPUT} @ONLY)
