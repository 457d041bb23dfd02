#pragma once

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "supervision/machine/types.hpp"
#include "supervision/place.hpp"

namespace warren::supervision {

/// What a start function is given.
struct start_context {
  caf::event_based_actor* supervisor;  ///< for spawn(); valid during the call only
  place where;                         ///< move it into the actor: guarded<…> keeps it, report_started() needs it
  std::shared_ptr<void> args;          ///< of start_dynamic, kept for restarts of this child; null otherwise
};

/// Makes the actor and returns at once; it may run anywhere (CAF's workers, an I/O thread, a thread of its own).
/// A null handle means OTP's `ignore`: not started, and that is fine. An exception means that the start failed.
using start_function = std::function<caf::actor(start_context&)>;

enum class start_mode : std::uint8_t {
  immediate,  ///< started as soon as the start function returns
  handshake,  ///< started when the actor calls report_started(); its end before that is a failed start
};

struct child_spec {
  std::string name;          ///< unique among siblings (except under simple_one_for_one)
  const char* kind = "";     ///< a literal: "queue", "connection", …
  start_function start;
  restart_type restart = restart_type::permanent;
  child_type type = child_type::worker;
  bool significant = false;
  std::optional<shutdown_limit> shutdown;  ///< default: 5 s for a worker, infinity for a supervisor
  start_mode mode = start_mode::immediate;

  [[nodiscard]] child_settings settings() const;
};

/// A supervisor and what it starts, left to right. For simple_one_for_one `children` holds exactly one template.
struct supervisor_spec {
  std::string name;
  supervisor_flags flags;
  std::vector<child_spec> children;
};

[[nodiscard]] child_spec worker(std::string name, const char* kind, start_function start,
                                start_mode mode = start_mode::immediate);

/// The supervisor `spec` as a child of another one: it has started when all of its children have.
[[nodiscard]] child_spec supervisor_child(supervisor_spec spec);

/// Empty when OTP would accept the combination, otherwise what is wrong with it.
[[nodiscard]] std::string check(const supervisor_flags& flags);
[[nodiscard]] std::string check(const supervisor_flags& flags, const child_spec& child);
[[nodiscard]] std::string check(const supervisor_spec& spec);

/// Said by a start_mode::handshake child once it is ready. (To fail instead: throw, or quit with failure_reason().)
void report_started(caf::local_actor* self, const place& where);

}  // namespace warren::supervision
