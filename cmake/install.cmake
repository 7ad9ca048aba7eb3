# What `cmake --install` puts where, so that plugins build outside of this tree:
# find_package(edgecc) and edgecc_add_pass_plugin (cmake/edgecc-config.cmake.in).
include(CMakePackageConfigHelpers)
set(EDGECC_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/edgecc)

install(TARGETS edgecc EXPORT edgecc-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT edgecc-targets NAMESPACE edgecc:: DESTINATION ${EDGECC_CMAKE_DIR})

# Headers, the .td files they come from, and what tablegen made of those.
foreach(root ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  install(DIRECTORY ${root}/include/edgecc
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc"
    PATTERN "CMakeFiles" EXCLUDE)
endforeach()

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/edgecc-config.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/edgecc-config.cmake
  INSTALL_DESTINATION ${EDGECC_CMAKE_DIR}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_BINDIR)
# Plugins see C++ classes: another minor version may have changed them.
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/cmake/edgecc-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/cmake/edgecc-config.cmake
  ${PROJECT_BINARY_DIR}/cmake/edgecc-config-version.cmake
  DESTINATION ${EDGECC_CMAKE_DIR})

# What the compiler reads when it writes code (findResourceDir).
install(DIRECTORY ${PROJECT_SOURCE_DIR}/backends/kernels
  ${PROJECT_SOURCE_DIR}/backends/templates
  DESTINATION ${EDGECC_RESOURCES}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.in")
