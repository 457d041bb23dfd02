# libFuzzer targets (clang): tests/fuzz/FOLDER/fuzz_NAME.cpp makes bin/fuzz_NAME, with its seeds in tests/fuzz/corpus/NAME.
# The code under test is compiled a second time here, instrumented; the ordinary targets stay out of this build.
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "WARREN_FUZZ needs clang: -DCMAKE_CXX_COMPILER=clang++ (./dev fuzz does it)")
endif()
get_directory_property(ordinary_targets DIRECTORY ${CMAKE_SOURCE_DIR} BUILDSYSTEM_TARGETS)
foreach(target ${ordinary_targets})
  set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
endforeach()

set(fuzz_sanitizers address,undefined)
set(fuzz_options -fno-sanitize-recover=undefined -fno-omit-frame-pointer)

function(warren_instrumented name)  # NAME DIRECTORY...
  foreach(directory ${ARGN})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${directory}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link,${fuzz_sanitizers} ${fuzz_options})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)  # built whole and once
endfunction()

# All of core: what a message needs of it may change, and a part that misses a file does not link.
warren_instrumented(warren_fuzzed_core core)
target_link_libraries(warren_fuzzed_core PUBLIC re2 Threads::Threads)

# warren_fuzzed(FOLDER DIRECTORY...): the instrumented library (upon core) for the targets of tests/fuzz/FOLDER, and these targets.
function(warren_fuzzed folder)
  file(GLOB targets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/${folder}/fuzz_*.cpp)
  if(NOT targets)
    return()
  endif()
  warren_instrumented(warren_fuzzed_${folder} ${ARGN})
  target_link_libraries(warren_fuzzed_${folder} PUBLIC warren_fuzzed_core)
  foreach(target ${targets})
    get_filename_component(name ${target} NAME_WE)
    add_executable(${name} ${target})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer,${fuzz_sanitizers} ${fuzz_options})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer,${fuzz_sanitizers})
    target_link_libraries(${name} PRIVATE warren_fuzzed_${folder})
  endforeach()
endfunction()

warren_fuzzed(amqp amqp)
warren_fuzzed(storage storage)  # log records: nothing there yet makes no target
warren_fuzzed(distribution distribution/wire)
warren_fuzzed(actors actors/remote/wire)
