#include "node/ctl/run/definitions.hpp"

#include <boost/json/parse.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "node/ctl/model/exit_code.hpp"
#include "node/ctl/text/json_text.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

std::string without_end_of_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

/// The text up to the first blank, as RabbitMQ's JSON library complains.
std::string unreadable(const std::string& text) {
  return "Failed to deserialise input (format: JSON) (error: {:unexpected_token, \"" + without_end_of_line(text) + "\"})";
}

}  // namespace

int run_export(session& s) {
  const std::string& path = s.what().arguments[0];
  if (const auto failed = s.connect_and_check()) return *failed;
  s.print_banner();
  session::question q = s.own_question();
  q.arguments = {"-"};
  auto answer = s.demand(q);
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  const json::value& result = std::get<json::value>(answer);
  const std::string text = result.is_string() ? std::string(result.get_string()) : json_text(result);
  if (path == "-") return s.screen().out(text + '\n'), exit_ok;
  std::ofstream file(path, std::ios::trunc);
  file << text << std::flush;
  if (!file) return s.fail(exit_unavailable, "could not write " + path + ": " + std::strerror(errno));
  return exit_ok;
}

int run_import(session& s) {
  const invocation& i = s.what();
  if (const auto failed = s.connect_and_check()) return *failed;
  s.print_banner();
  std::string text;
  if (i.arguments.empty() || i.arguments[0] == "-") {
    text = s.screen().read_all();
  } else {
    std::ifstream file(i.arguments[0]);
    std::ostringstream all;
    all << file.rdbuf();
    if (!file) return s.fail(exit_data, "could not read " + i.arguments[0] + ": " + std::strerror(errno));
    text = all.str();
  }
  boost::system::error_code wrong;
  json::parse(text, wrong);
  if (wrong) return s.fail(exit_data, unreadable(text));
  session::question q = s.own_question();
  q.arguments.clear();
  q.options["definitions"] = text;
  auto answer = s.demand(q);
  if (const int* failed = std::get_if<int>(&answer)) return *failed;
  return s.show(std::get<json::value>(answer));
}

}  // namespace warren::ctl
