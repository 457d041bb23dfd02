#include "actors/logging/log.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "actors/logging/log_format.hpp"

using namespace warren::actors;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t at_microseconds = 1669199430'123456;  // 2022-11-23 10:30:30 UTC

struct log_directory {
  fs::path root;
  log_options options;

  log_directory() {
    char name[] = "/tmp/warren-log-XXXXXX";
    root = mkdtemp(name);
    options.file.on = true;
    options.file_path = root / "sub/node.log";
  }
  ~log_directory() {
    stop_logging();
    fs::remove_all(root);
  }
  void start() { REQUIRE(start_logging(options) == ""); }
  static std::string text(const fs::path& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }
  std::string written() {
    stop_logging();
    return text(options.file_path);
  }
};

}  // namespace

TEST_CASE("A readable line looks like RabbitMQ's") {
  std::string line;
  format_plaintext(at_microseconds, log_level::info, log_category::connection, "accepted", line);
  CHECK(line == "2022-11-23 10:30:30.123456+00:00 [info] <connection> accepted\n");
}

TEST_CASE("Every line of a longer text has the beginning") {
  std::string line;
  format_plaintext(at_microseconds, log_level::error, log_category::plain, "a\nb", line);
  CHECK(line ==
        "2022-11-23 10:30:30.123456+00:00 [error] <default> a\n2022-11-23 10:30:30.123456+00:00 [error] <default> b\n");
}

TEST_CASE("A JSON line is one object whatever the text") {
  std::string line;
  format_json(at_microseconds, log_level::warning, log_category::queue, "a \"b\"\\\n\x01", line);
  CHECK(line.find('\n') == line.size() - 1);
  const auto object = boost::json::parse(line).as_object();
  CHECK(object.at("time") == "2022-11-23 10:30:30.123456+00:00");
  CHECK(object.at("level") == "warning");
  CHECK(object.at("domain") == "rabbitmq.queue");
  CHECK(object.at("msg") == "a \"b\"\\\n\x01");
}

TEST_CASE_METHOD(log_directory, "Lines reach the file in order, its directory is created") {
  start();
  for (int i = 0; i < 100; ++i) log_info(log_category::plain, "line {}", i);
  const auto all = written();
  std::size_t at = 0;
  for (int i = 0; i < 100; ++i) {
    at = all.find("<default> line " + std::to_string(i) + "\n", at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE_METHOD(log_directory, "Levels hold per category") {
  options.categories[static_cast<std::size_t>(log_category::connection)].level = log_level::error;
  options.categories[static_cast<std::size_t>(log_category::queue)].level = log_level::debug;
  start();
  CHECK_FALSE(log_enabled(log_category::connection, log_level::warning));
  CHECK(log_enabled(log_category::queue, log_level::debug));
  log_warning(log_category::connection, "one");
  log_error(log_category::connection, "two");
  log_debug(log_category::queue, "three");
  log_debug(log_category::plain, "four");
  log_notice(log_category::plain, "five");
  const auto all = written();
  CHECK(all.find("one") == std::string::npos);
  CHECK(all.find("[error] <connection> two") != std::string::npos);
  CHECK(all.find("[debug] <queue> three") != std::string::npos);
  CHECK(all.find("four") == std::string::npos);
  CHECK(all.find("[notice] <default> five") != std::string::npos);
}

TEST_CASE("A sink's level alone is enough for debug lines, and both together take the stricter") {
  log_options options;
  options.console.level = log_level::debug;
  CHECK(log_threshold(options, log_category::plain, options.console) == log_level::debug);
  CHECK(log_threshold(options, log_category::plain, options.file) == log_level::info);
  options.categories[0].level = log_level::warning;
  CHECK(log_threshold(options, log_category::queue, options.console) == log_level::warning);
  options.console.level = log_level::error;
  CHECK(log_threshold(options, log_category::queue, options.console) == log_level::error);
}

TEST_CASE_METHOD(log_directory, "A category may have a file of its own") {
  const auto own = root / "conn.log";
  options.categories[static_cast<std::size_t>(log_category::connection)].file = own;
  start();
  CHECK(log_files() == std::vector<std::string>{options.file_path, own});
  log_info(log_category::connection, "inside");
  log_info(log_category::plain, "outside");
  CHECK(written().find("inside") == std::string::npos);
  CHECK(text(own).find("inside") != std::string::npos);
}

TEST_CASE_METHOD(log_directory, "A file that has grown to its size is rotated, and no more than the kept ones stay") {
  options.rotation = {200, 2};
  start();
  for (int i = 0; i < 20; ++i) log_info(log_category::plain, "line {} {}", i, std::string(60, 'x'));
  const auto newest = written();
  CHECK(newest.find("line 19") != std::string::npos);
  CHECK(newest.size() <= 200);
  CHECK(fs::exists(options.file_path + ".0"));
  CHECK(fs::exists(options.file_path + ".1"));
  CHECK_FALSE(fs::exists(options.file_path + ".2"));
  CHECK(text(options.file_path + ".0").find("line 18") != std::string::npos);
}

TEST_CASE_METHOD(log_directory, "After reopening, lines go to a new file under the old name") {
  start();
  log_info(log_category::plain, "before");
  stop_logging();  // so that the line is written before the file is moved
  start();
  fs::rename(options.file_path, root / "moved.log");
  reopen_log_files();
  log_info(log_category::plain, "after");
  const auto all = written();
  CHECK(all.find("after") != std::string::npos);
  CHECK(all.find("before") == std::string::npos);
  CHECK(text(root / "moved.log").find("before") != std::string::npos);
}

TEST_CASE_METHOD(log_directory, "A file that cannot be opened is an error that names it") {
  std::ofstream(root / "file") << "x";
  options.file_path = root / "file/node.log";
  CHECK(start_logging(options) == "cannot open the log file " + options.file_path + ": Not a directory");
}

TEST_CASE_METHOD(log_directory, "Threads may log and stop at once without losing the process") {
  start();
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t)
    writers.emplace_back([] {
      for (int i = 0; i < 500; ++i) log_info(log_category::queue, "{}", i);
    });
  for (auto& w : writers) w.join();
  CHECK_FALSE(written().empty());
}
