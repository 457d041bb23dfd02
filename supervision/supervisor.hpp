#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "supervision/child_spec.hpp"

// The supervisor actor's messages. They are local-only (they carry functions) and may be sent by anybody.
namespace warren::supervision {

/// Spawns the root of a tree; its children start at once, in the background. See await_started.
[[nodiscard]] caf::actor spawn_supervisor(caf::actor_system& system, supervisor_spec spec);

struct child_ref {
  caf::actor handle;  ///< null when the start function returned null ("ignore")
  child_key key = 0;
};

/// → completed{} when every static child has started; an error (and the supervisor's end) when one could not.
struct await_started {};
struct completed {};

/// Adds a child → child_ref once it has started, or a supervisor_error. Not under simple_one_for_one.
struct start_child {
  child_spec spec;
};

/// simple_one_for_one only: one more child of the template → child_ref or a supervisor_error.
struct start_dynamic {
  std::string name;            ///< for people and paths; need not be unique
  std::shared_ptr<void> args;  ///< handed to the start function at every (re)start
};

/// By key, or by name when the key is 0 (names do not work under simple_one_for_one).
struct child_name {
  std::string name;
  child_key key = 0;
};
struct terminate_child {  ///< stops it → completed{} when it has ended; a temporary or simple child is forgotten
  child_name child;
};
struct restart_child {  ///< starts a stopped one again → child_ref
  child_name child;
};
struct delete_child {  ///< forgets a stopped one → completed{}
  child_name child;
};

struct child_info {
  std::string name;
  const char* kind = "";
  caf::actor handle;  ///< null unless starting, running or stopping
  child_key key = 0;
  child_state state = child_state::idle;
  child_type type = child_type::worker;
  std::uint32_t restarts = 0;  ///< times it was started again since it was added
  std::string last_exit;       ///< render()ed reason of its last end or failed start, "" if none
};
struct which_children {};  ///< → children_list, in start order
struct children_list {
  std::vector<child_info> children;
};

struct count_children {};  ///< → child_counts
struct child_counts {
  std::size_t specs = 0;        ///< all children (under simple_one_for_one always 1)
  std::size_t active = 0;       ///< starting, running or stopping
  std::size_t supervisors = 0;  ///< of all children, those of type supervisor
  std::size_t workers = 0;
};

enum class supervisor_error : std::uint8_t {
  already_started = 1,  ///< a child of that name is alive; the error's context holds its caf::actor
  already_present,      ///< a child of that name is known but not running: restart_child or delete_child it
  not_found,
  running,        ///< restart_child/delete_child of a child that is alive
  restarting,     ///< the same while it is being started or waits for its delay
  bad_spec,       ///< context: what is wrong
  start_failed,   ///< context: why
  shutting_down,  ///< the supervisor is ending
  wrong_strategy  ///< not (or only) possible under simple_one_for_one
};
caf::error make_error(supervisor_error code);
[[nodiscard]] std::string to_string(supervisor_error code);

}  // namespace warren::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::child_ref)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::await_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::completed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::start_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::start_dynamic)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::terminate_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::restart_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::delete_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::which_children)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::children_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::count_children)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::child_counts)
