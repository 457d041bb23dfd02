#include "node/ctl/run/passwords.hpp"

#include "node/ctl/model/exit_code.hpp"

namespace warren::ctl {

int run_with_password(session& s) {
  if (const auto failed = s.connect_and_check()) return *failed;
  s.print_banner();
  session::question q = s.own_question();
  if (q.arguments.size() < 2) {
    s.screen().out("Password: ");
    const auto typed = s.screen().read_line(true);
    s.screen().out("\n");
    if (!typed) return s.fail(exit_data, "Password is not provided via argument or stdin");
    q.arguments.push_back(*typed);
  }
  auto answer = s.demand(q);
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  return s.show(std::get<boost::json::value>(answer));
}

}  // namespace warren::ctl
