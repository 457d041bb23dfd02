#include "node/ctl/run/eval.hpp"

#include <fstream>
#include <sstream>

#include "node/ctl/model/exit_code.hpp"

namespace warren::ctl {

int run_eval_file(session& s) {
  const std::string& path = s.what().arguments[0];
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return s.fail(exit_data, "cannot read " + path);
  if (const auto failed = s.connect()) return *failed;
  session::question q = s.own_question();
  q.command = "eval";
  q.arguments = {text.str()};
  auto answer = s.demand(q);
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  return s.show(std::get<boost::json::value>(answer));
}

}  // namespace warren::ctl
