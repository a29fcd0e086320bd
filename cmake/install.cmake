# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` lays down: library, headers, program, licences, and the package that find_package(warpevm) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/warpevm)

install(TARGETS warpevm_evm warpevm_fallback warpevm_host warpevm_native_kernels EXPORT warpevm_targets)
if(TARGET warpevm_blst)
    install(TARGETS warpevm_blst EXPORT warpevm_targets)
endif()
if(TARGET warpevm)
    install(TARGETS warpevm)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/evm ${PROJECT_SOURCE_DIR}/fallback ${PROJECT_SOURCE_DIR}/host ${PROJECT_SOURCE_DIR}/kernels DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/warpevm
    FILES_MATCHING PATTERN "*.hpp" PATTERN "*.def" REGEX "kernels/shared\\.h$")
install(EXPORT warpevm_targets NAMESPACE warpevm:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/warpevm-config.cmake.in
    ${PROJECT_BINARY_DIR}/warpevm-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/warpevm-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/warpevm-config.cmake ${PROJECT_BINARY_DIR}/warpevm-config-version.cmake
    DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/THIRD_PARTY.md ${PROJECT_SOURCE_DIR}/README.md
    DESTINATION ${CMAKE_INSTALL_DOCDIR})
