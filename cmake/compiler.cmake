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

# Sanitizer builds also check the bounds of the standard library. At -O1 clang inlines only where told to: with
# -finline-functions the code takes no longer to compile and half as long to run.
if(WARPEVM_SANITIZE)
    target_compile_options(warpevm_options INTERFACE -fsanitize=${WARPEVM_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer -O1 -finline-functions -g1)
    # GCC 12 sees uninitialized members in std::function and others once a sanitizer has changed the code.
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        target_compile_options(warpevm_options INTERFACE -Wno-maybe-uninitialized)
    endif()
    # The checked library takes more steps in constant expressions than clang allows by itself.
    if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
        target_compile_options(warpevm_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fconstexpr-steps=16777216>)
    endif()
    target_link_options(warpevm_options INTERFACE -fsanitize=${WARPEVM_SANITIZE})
    target_compile_definitions(warpevm_options INTERFACE WARPEVM_SANITIZED=1 _GLIBCXX_ASSERTIONS=1)
endif()

# For targets that the thread sanitizer watches through TBB: its own templates are left out.
function(warpevm_watch_tbb target)
    if(WARPEVM_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL Clang)
        target_compile_options(${target} PRIVATE -fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/tsan.ignorelist)
    endif()
endfunction()

if(WARPEVM_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
        message(FATAL_ERROR "WARPEVM_FUZZ needs clang: cmake --preset fuzz")
    endif()
    target_compile_options(warpevm_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Not where GCC sanitizes: it rejects the header there, and what it falls back to does not survive ccache's rewriting of paths.
function(warpevm_precompile_headers target)
    if(NOT (WARPEVM_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU))
        target_precompile_headers(${target} ${ARGN})
    endif()
endfunction()

# What nearly each source includes; a fifth less to compile.
set(warpevm_common_headers <algorithm> <array> <atomic> <bit> <chrono> <condition_variable> <deque> <functional> <map> <memory> <mutex>
    <optional> <span> <string> <string_view> <thread> <vector> <tl/expected.hpp> <boost/unordered/unordered_flat_map.hpp>)
