# Targets and execution need no MLIR: a program of their own, which builds fast.
find_package(GTest REQUIRED)
add_executable(ExecuteTests
  ${CMAKE_CURRENT_LIST_DIR}/ExecuteTest.cpp ${CMAKE_CURRENT_LIST_DIR}/TargetTest.cpp)
target_compile_options(ExecuteTests PRIVATE -fno-rtti -fno-exceptions)
target_compile_definitions(ExecuteTests PRIVATE
  EDGECC_TEST_RESOURCES="${PROJECT_SOURCE_DIR}/backends"
  EDGECC_TEST_INPUTS="${PROJECT_SOURCE_DIR}/test/unit/inputs")
target_link_libraries(ExecuteTests PRIVATE EdgeccExecute GTest::gtest_main)

add_test(NAME unit-execute COMMAND ExecuteTests --gtest_filter=-Thorough/*)
add_test(NAME unit-execute-all-targets
  COMMAND ExecuteTests --gtest_filter=Thorough/*)
set_tests_properties(unit-execute PROPERTIES LABELS quick)
set_tests_properties(unit-execute-all-targets PROPERTIES LABELS thorough)
