# One folder of src/connect is one library and one test program: every foo.cc beside its foo.h and
# foo_test.cc belongs to it, without being listed.

include(CheckCXXCompilerFlag)

# connect_folder(<name> [DEPS <folder>...] [LIBS <target>...])
#   DEPS: folders of ours it may include, as layers.txt permits. LIBS: libraries of others.
function(connect_folder name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  set(dir ${CMAKE_SOURCE_DIR}/src/connect/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cc)
  file(GLOB tests CONFIGURE_DEPENDS ${dir}/*_test.cc)
  list(REMOVE_ITEM sources ${tests} ${dir}/main.cc)

  list(TRANSFORM ARG_DEPS PREPEND connect_)
  if(sources)
    add_library(connect_${name} STATIC ${sources})
    target_link_libraries(connect_${name} PUBLIC connect_flags ${ARG_DEPS} PRIVATE ${ARG_LIBS})
  else()
    add_library(connect_${name} INTERFACE)
    target_link_libraries(connect_${name} INTERFACE connect_flags ${ARG_DEPS})
  endif()

  if(tests AND NOT CONNECT_FUZZ)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE connect_${name} ${ARG_LIBS} GTest::gmock
                                               GTest::gtest_main)
    add_test(NAME ${name}_test COMMAND ${name}_test)
  endif()
endfunction()
