# warrenctl, its other names beside it, and what is made from its table of commands (share/ of the build and of an installation).
# Its files name their tables alike (`rows`, `options`), each for itself: no several files in one go here.
set_target_properties(warren_ctl PROPERTIES UNITY_BUILD OFF)
warren_program(warrenctl node/main/warrenctl.cpp USES ctl)
# of the folders below it takes a few objects only: libraries that these do not need are not loaded, the tool starts at once
target_link_options(warrenctl PRIVATE -Wl,--as-needed)

set(tool_links warren-diagnostics warren-queues warren-plugins warren-upgrade)
set(share ${CMAKE_BINARY_DIR}/share)
set(completion_bash ${share}/bash-completion/completions)
set(completion_zsh ${share}/zsh/site-functions)
set(manual ${share}/man/man8)
set(make_links)
foreach(name ${tool_links})
  list(APPEND make_links COMMAND ${CMAKE_COMMAND} -E create_symlink warrenctl ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${name})
endforeach()
add_custom_command(TARGET warrenctl POST_BUILD ${make_links}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${completion_bash} ${completion_zsh} ${manual}
  COMMAND $<TARGET_FILE:warrenctl> --generate bash ${completion_bash}
  COMMAND $<TARGET_FILE:warrenctl> --generate zsh ${completion_zsh}
  COMMAND $<TARGET_FILE:warrenctl> --generate man ${manual}
  VERBATIM)

install(TARGETS warrenctl RUNTIME DESTINATION bin)
foreach(name ${tool_links})
  install(FILES ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${name} DESTINATION bin)
endforeach()
install(DIRECTORY ${share}/ DESTINATION share)
