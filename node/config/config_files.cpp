#include "node/config/config_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace warren::node {
namespace {

namespace fs = std::filesystem;

bool file_exists(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool directory_exists(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// *.conf of a directory in name order.
std::vector<std::string> conf_files_of(const fs::path& directory) {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    if (entry.path().extension() == ".conf" && file_exists(entry.path())) out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

std::optional<std::string> read_text_file(const std::string& path, std::string& why) {
  if (directory_exists(path)) {
    why = "is a directory";
    return std::nullopt;
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) {
    why = std::strerror(errno ? errno : EIO);
    return std::nullopt;
  }
  return text.str();
}

std::vector<std::string> config_files(const command_line& options, const environment& variables,
                                      const machine_defaults& machine, std::vector<config_problem>& errors) {
  std::vector<std::string> out;
  if (!options.config_files.empty()) {
    for (const auto& path : options.config_files) {
      if (directory_exists(path))
        append(out, conf_files_of(path));
      else
        out.push_back(path);  // a missing one is reported when it is read
    }
    return out;
  }

  fs::path base;
  if (const auto named = variables.find("CONFIG_FILE")) {
    // RabbitMQ takes the name with or without its extension.
    const std::string path = file_exists(*named) || named->ends_with(".conf") ? *named : *named + ".conf";
    if (file_exists(path))
      out.push_back(path);
    else
      errors.push_back({"", 0, variables.source("CONFIG_FILE") + "=" + *named + ": there is no such file"});
    base = fs::path(path).parent_path();
  } else {
    for (const auto& directory : machine.config_bases) {
      for (const auto& name : machine.config_names) {
        if (out.empty() && file_exists(fs::path(directory) / name)) {
          out.push_back((fs::path(directory) / name).string());
          base = directory;
        }
      }
      if (out.empty() && base.empty() && directory_exists(fs::path(directory) / "conf.d")) base = directory;
    }
  }

  if (const auto more = variables.find("CONFIG_FILES")) {
    const fs::path pattern = *more;
    if (directory_exists(pattern))
      append(out, conf_files_of(pattern));
    else if (pattern.filename() == "*.conf")
      append(out, conf_files_of(pattern.parent_path()));
    else if (file_exists(pattern))
      out.push_back(*more);
    else
      errors.push_back(
          {"", 0, variables.source("CONFIG_FILES") + "=" + *more + ": neither a directory nor DIRECTORY/*.conf"});
  } else if (!base.empty()) {
    append(out, conf_files_of(base / "conf.d"));
  }
  return out;
}

}  // namespace warren::node
