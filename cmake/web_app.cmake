# The web app becomes a part of the program: what app/web_files.cc includes. tools/build-web builds
# it once for all presets, so that its result lies beside their directories.
set(web_pack_root ${CMAKE_SOURCE_DIR}/build/web-pack)
set(web_pack ${web_pack_root}/connect/app/web_pack)
set(web ${CMAKE_SOURCE_DIR}/web)
set(sdk ${CMAKE_SOURCE_DIR}/sdk/typescript)
file(GLOB_RECURSE web_inputs CONFIGURE_DEPENDS ${web}/src/* ${web}/public/* ${sdk}/src/*)
file(GLOB web_settings CONFIGURE_DEPENDS ${web}/*.* ${sdk}/*.json)
list(APPEND web_inputs ${web_settings} ${CMAKE_SOURCE_DIR}/package-lock.json
     ${CMAKE_SOURCE_DIR}/tsconfig.base.json ${CMAKE_SOURCE_DIR}/tools/build-web
     ${CMAKE_SOURCE_DIR}/tools/pack-web)
# A file that is gone is no newer than anything: the list tells.
list(JOIN web_inputs "\n" listed)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/web_inputs.txt CONTENT "${listed}\n" @ONLY)

add_custom_command(
  OUTPUT ${web_pack}.bin ${web_pack}.inc
  COMMAND ${CMAKE_SOURCE_DIR}/tools/build-web
  DEPENDS ${web_inputs} ${CMAKE_BINARY_DIR}/web_inputs.txt
  COMMENT "The web app" VERBATIM)
target_sources(connect_app PRIVATE ${web_pack}.bin ${web_pack}.inc)
set_source_files_properties(app/web_files.cc PROPERTIES
  OBJECT_DEPENDS "${web_pack}.bin;${web_pack}.inc"
  INCLUDE_DIRECTORIES ${web_pack_root}
  COMPILE_DEFINITIONS "CONNECT_WEB_PACK=\"${web_pack}.bin\"")
