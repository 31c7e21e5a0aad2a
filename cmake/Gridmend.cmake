# How every target of Gridmend is made. A folder says what it is made of and what it stands on, in
# one readable line each; warnings, sanitizers and include roots are the same everywhere and never
# leak to those who link against a library.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(GRIDMEND_CCACHE ccache)
if(GRIDMEND_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${GRIDMEND_CCACHE}")
endif()

function(_gridmend_compile_settings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual)
  # GCC 12 sees overlapping copies in joined texts where there are none (its bug 105651).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(GRIDMEND_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# Most of what a source costs is headers, read anew for each, and templates made anew: several go to the
# compiler as one, which halves a build. So a folder's sources have no two names of their own alike,
# and a test keeps its names in a namespace called like its file. Off in the preset `dev`, in which
# every source stands by itself.
function(_gridmend_join_sources target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${GRIDMEND_JOIN_SOURCES})
  # To GCC a type of a file's own is a header's, where the file is not the first one of its unit.
  if(GRIDMEND_JOIN_SOURCES AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

function(_gridmend_sanitize target)
  if(GRIDMEND_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${target} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
  if(GRIDMEND_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${GRIDMEND_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${GRIDMEND_SANITIZE})
  endif()
endfunction()

# gridmend_library(core_outage SOURCES a.cc b.cc DEPENDS core_network [PACKAGES GDAL::GDAL])
# DEPENDS names Gridmend targets without the gridmend:: prefix and is public;
# PACKAGES are libraries of the distribution and stay private to this folder.
function(gridmend_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PACKAGES" ${ARGN})
  set(target gridmend_${name})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    _gridmend_compile_settings(${target})
    _gridmend_join_sources(${target})
    _gridmend_sanitize(${target})
    foreach(package ${ARG_PACKAGES})
      target_link_libraries(${target} PRIVATE ${package})
    endforeach()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}")
  foreach(dependency ${ARG_DEPENDS})
    target_link_libraries(${target} ${scope} gridmend::${dependency})
  endforeach()
  add_library(gridmend::${name} ALIAS ${target})
endfunction()

# gridmend_test(core_network_test SOURCES a_test.cc DEPENDS core_network [PACKAGES ...])
# One test program, and one CTest test, a tested folder.
function(gridmend_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PACKAGES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  _gridmend_compile_settings(${name})
  _gridmend_join_sources(${name})
  # What tests call is built as users run it; their own sources, half of all there are, are not run
  # often enough for it. So little optimised, GCC takes members of variants for uninitialised.
  target_compile_options(${name} PRIVATE "$<$<CONFIG:Release>:-O1;-Wno-maybe-uninitialized>")
  _gridmend_sanitize(${name})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  foreach(dependency ${ARG_DEPENDS})
    target_link_libraries(${name} PRIVATE gridmend::${dependency})
  endforeach()
  target_link_libraries(${name} PRIVATE ${ARG_PACKAGES} GTest::gmock GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    GRIDMEND_SOURCE_DIR="${PROJECT_SOURCE_DIR}" GRIDMEND_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 600)
endfunction()

# gridmend_benchmark(localiser SOURCES localiser_bench.cc DEPENDS core_outage)
function(gridmend_benchmark name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PACKAGES" ${ARGN})
  set(target bench_${name})
  add_executable(${target} ${ARG_SOURCES})
  _gridmend_compile_settings(${target})
  _gridmend_sanitize(${target})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  foreach(dependency ${ARG_DEPENDS})
    target_link_libraries(${target} PRIVATE gridmend::${dependency})
  endforeach()
  target_link_libraries(${target} PRIVATE ${ARG_PACKAGES})
endfunction()

# gridmend_fuzz(region_file SOURCES region_file_fuzz.cc DEPENDS data_region [PACKAGES ...])
# One LLVMFuzzerTestOneInput a reader; its corpus lies in tests/fuzz/corpus/NAME, its tokens, if it
# has any, in tests/fuzz/corpus/NAME.dict. With the preset `fuzz` the program fuzz_NAME is libFuzzer's;
# in every other it is a small driver that runs the corpus and seconds of mutations, and a CTest test.
function(gridmend_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PACKAGES" ${ARGN})
  set(target fuzz_${name})
  set(corpus "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
  add_executable(${target} ${ARG_SOURCES})
  _gridmend_compile_settings(${target})
  _gridmend_sanitize(${target})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  foreach(dependency ${ARG_DEPENDS})
    target_link_libraries(${target} PRIVATE gridmend::${dependency})
  endforeach()
  target_link_libraries(${target} PRIVATE gridmend::tests_fuzz ${ARG_PACKAGES})
  if(GRIDMEND_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_link_libraries(${target} PRIVATE gridmend::tests_mutation_driver)
  add_test(NAME ${target} COMMAND ${target} --seconds 2
    --failures "${PROJECT_BINARY_DIR}/fuzz-failures/${name}" "${corpus}")
  set_tests_properties(${target} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()
