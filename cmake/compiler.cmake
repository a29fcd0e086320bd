# SPDX-License-Identifier: Apache-2.0
# One interface target that carries our warnings, our baseline processor and the sanitizers.
add_library(warpevm_options INTERFACE)
target_compile_options(warpevm_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    -Wno-sign-conversion -Wno-missing-field-initializers -fno-strict-aliasing)
# __int128 is not ISO C++ and __extension__ would litter the arithmetic.
target_compile_options(warpevm_options INTERFACE -Wno-pedantic)
target_include_directories(warpevm_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(warpevm_options INTERFACE -march=x86-64-v2)
endif()

# Tools and tests spend their time in the library; optimising them lightly halves what it takes to compile them.
add_library(warpevm_light INTERFACE)
target_compile_options(warpevm_light INTERFACE $<$<CONFIG:Release>:-O1>)

if(WARPEVM_SANITIZE)
    target_compile_options(warpevm_options INTERFACE -fsanitize=${WARPEVM_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer -O1 -g1)
    # GCC 12 sees uninitialized members in std::function and others once a sanitizer has changed the code.
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        target_compile_options(warpevm_options INTERFACE -Wno-maybe-uninitialized)
    endif()
    target_link_options(warpevm_options INTERFACE -fsanitize=${WARPEVM_SANITIZE})
    target_compile_definitions(warpevm_options INTERFACE WARPEVM_SANITIZED=1)
endif()

# Not in sanitizer builds: GCC rejects the header there, and what it falls back to does not survive ccache's rewriting of paths.
function(warpevm_precompile_headers target)
    if(NOT WARPEVM_SANITIZE)
        target_precompile_headers(${target} ${ARGN})
    endif()
endfunction()
