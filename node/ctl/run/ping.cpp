#include "node/ctl/run/ping.hpp"

#include "node/ctl/model/exit_code.hpp"

namespace warren::ctl {

int run_ping(session& s) {
  const invocation& i = s.what();
  const auto limit = *i.timeout();
  s.print_banner();
  if (const auto dialled = s.dialer().dial(i.node, limit); const auto* failure = std::get_if<dial_failure>(&dialled)) {
    if (failure->at == dial_failure::step::cookie) return s.fail_unreachable(*failure);
    return s.fail(exit_unavailable, "Failed to connect and authenticate to " + i.node + " in " + std::to_string(limit.count()) + " ms");
  }
  if (i.format == formatter::json)
    s.screen().out("{\"result\":\"ok\"}\n");
  else
    s.screen().out("Ping succeeded\n");
  return exit_ok;
}

int run_nothing(session&) { return exit_ok; }

}  // namespace warren::ctl
