#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/log_reader.hpp"
#include "actors/logging/log.hpp"

namespace warren::actors {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// "" when the node writes to the console only; the command has failed then.
std::string main_file(command_actor& call) {
  const std::vector<std::string> files = log_files();
  if (!files.empty()) return files.front();
  call.fail(exit_code::unavailable, "node " + call.node_name() + " does not log to a file");
  return "";
}

void set_level_of_log(command_actor& call) {
  static constexpr std::string_view known[] = {"debug", "info", "warning", "error", "critical", "none"};
  const std::string& name = call.argument(0);
  const auto level = parse_log_level(name);
  if (!level || std::find(std::begin(known), std::end(known), name) == std::end(known))
    return call.fail(exit_code::unavailable,
                     "level " + name + " is not supported. Try one of debug, info, warning, error, critical, none");
  set_log_level(*level);
  call.finish();
}

void rotate_logs(command_actor& call) {
  call.fail(exit_code::unavailable, "This command does not rotate logs anymore [deprecated]");
}

void log_location(command_actor& call) {
  const std::vector<std::string> files = log_files();
  if (files.empty()) return call.finish("<stdout>");
  if (call.request().flag("all")) return call.finish(json_words(files));
  call.finish(json_text(files.front()));
}

void log_tail(command_actor& call) {
  const std::string file = main_file(call);
  if (file.empty()) return;
  const long lines = std::max(1l, std::atol(call.request().option("number", "50").c_str()));
  std::string text;
  for (const std::string& line : last_lines(file, static_cast<std::size_t>(lines))) text += line + "\n";
  if (!text.empty()) text.pop_back();
  call.finish(json_text(text));
}

/// Lines as they come, as items, for --duration seconds (for ever without).
void log_tail_stream(command_actor& call) {
  const std::string file = main_file(call);
  if (file.empty()) return;
  const double seconds = std::atof(call.request().option("duration", "0").c_str());
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  auto follower = std::make_shared<log_follower>(file);
  call.on_deadline([&call] { call.finish(); });
  call.poll(100ms, [&call, follower, until, endless = seconds <= 0] {
    for (const std::string& line : follower->more()) call.item(json_text(line));
    if (endless || std::chrono::steady_clock::now() < until) return false;
    call.finish();
    return true;
  });
}

constexpr command_entry log_table[] = {
    {"set_log_level", set_level_of_log},
    {"rotate_logs", rotate_logs},
    {"log_location", log_location, "any"},
    {"log_tail", log_tail, "any"},
    {"log_tail_stream", log_tail_stream, "any"},
};

}  // namespace

std::span<const command_entry> log_commands() { return log_table; }

}  // namespace warren::actors
