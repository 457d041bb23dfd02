#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "supervision/machine/types.hpp"

namespace warren::supervision {

/// Chosen by the shell for each request, answered exactly once; 0 = nobody waits.
using request_id = std::uint64_t;

enum class outcome : std::uint8_t {
  ok,
  ignored,        ///< started as "nothing to do" (OTP `ignore`)
  start_failed,
  terminated,     ///< told to stop by somebody else while it was starting
  not_found,
  running,
  restarting,
  shutting_down,
};

struct timer_token {
  enum class purpose : std::uint8_t { stop, stop_all, retry } what = purpose::stop;
  child_key key = 0;
  incarnation inc = 0;
  friend bool operator==(const timer_token&, const timer_token&) = default;
};

/// What the shell has to do, in this order. Timers are never cancelled: the machine ignores those out of date.
namespace effects {
struct start {  ///< run the start function; answer with child_started, child_ignored or child_start_failed
  child_key key = 0;
  incarnation inc = 0;
};
struct stop {  ///< tell it to shut down or kill it; answer with child_exited when it has ended
  child_key key = 0;
  bool kill = false;
};
struct arm {
  timer_token token;
  time_ms after_ms = 0;
};
struct reply {
  request_id request = 0;
  outcome what = outcome::ok;
  child_key key = 0;
};
struct forget {  ///< the child's entry is gone
  child_key key = 0;
};
struct booted {};
struct end {  ///< every child has ended; the supervisor's actor ends now
  end_cause cause = end_cause::requested;
  child_key culprit = 0;  ///< the child that caused it, 0 if requested
};
}  // namespace effects

using effect = std::variant<effects::start, effects::stop, effects::arm, effects::reply, effects::forget,
                            effects::booted, effects::end>;
using effect_list = std::vector<effect>;

}  // namespace warren::supervision
