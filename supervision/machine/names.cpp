#include "supervision/machine/types.hpp"

namespace warren::supervision {

std::string_view to_string(strategy s) {
  switch (s) {
    case strategy::one_for_one: return "one_for_one";
    case strategy::one_for_all: return "one_for_all";
    case strategy::rest_for_one: return "rest_for_one";
    case strategy::simple_one_for_one: return "simple_one_for_one";
  }
  return "?";
}

std::string_view to_string(restart_type r) {
  switch (r) {
    case restart_type::permanent: return "permanent";
    case restart_type::transient: return "transient";
    case restart_type::temporary: return "temporary";
  }
  return "?";
}

std::string_view to_string(auto_shutdown a) {
  switch (a) {
    case auto_shutdown::never: return "never";
    case auto_shutdown::any_significant: return "any_significant";
    case auto_shutdown::all_significant: return "all_significant";
  }
  return "?";
}

std::string_view to_string(child_type t) { return t == child_type::worker ? "worker" : "supervisor"; }

std::string_view to_string(exit_kind k) {
  switch (k) {
    case exit_kind::normal: return "normal";
    case exit_kind::shutdown: return "shutdown";
    case exit_kind::abnormal: return "abnormal";
  }
  return "?";
}

std::string_view to_string(child_state s) {
  switch (s) {
    case child_state::idle: return "idle";
    case child_state::starting: return "starting";
    case child_state::running: return "running";
    case child_state::stopping: return "stopping";
    case child_state::gone: return "gone";
    case child_state::delayed: return "delayed";
  }
  return "?";
}

std::string_view to_string(end_cause c) {
  switch (c) {
    case end_cause::requested: return "requested";
    case end_cause::intensity_reached: return "restart intensity reached";
    case end_cause::significant_ended: return "significant child ended";
    case end_cause::boot_failed: return "child failed to start";
  }
  return "?";
}

}  // namespace warren::supervision
