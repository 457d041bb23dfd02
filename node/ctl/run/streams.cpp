#include "node/ctl/run/streams.hpp"

#include "node/ctl/model/exit_code.hpp"
#include "node/ctl/text/json_text.hpp"

namespace warren::ctl {

namespace json = boost::json;

int run_log_stream(session& s) {
  if (const auto failed = s.connect_and_check()) return *failed;
  s.print_banner();
  const auto print = [&](const json::value& item) {
    std::string line = item.is_string() ? std::string(item.get_string()) : json_text(item);
    if (line.empty() || line.back() != '\n') line += '\n';
    s.screen().out(line);
  };
  auto answer = s.ask(s.own_question(), print);
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  if (const auto* e = std::get_if<node_error>(&std::get<node_answer>(answer))) return s.report(*e);
  return exit_ok;
}

}  // namespace warren::ctl
