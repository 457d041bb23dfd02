#include "actors/definitions/definition_files.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "core/base/assert.hpp"

namespace warren::actors {
namespace {

namespace fs = std::filesystem;

result<definition_file> read_one(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) return fail(reply_code::not_found, path + ": " + std::strerror(errno ? errno : EIO));
  return definition_file{path, text.str()};
}

}  // namespace

result<std::vector<definition_file>> read_definition_files(const std::string& path) {
  std::vector<std::string> paths;
  std::error_code ignored;  // what cannot be opened is reported below
  if (fs::is_directory(path, ignored)) {
    for (const auto& entry : fs::directory_iterator(path, ignored))
      if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
  } else {
    paths.push_back(path);
  }
  std::vector<definition_file> out;
  for (const auto& one : paths) {
    auto file = read_one(one);
    if (!file) return file.failure();
    out.push_back(std::move(*file));
  }
  return out;
}

std::string definitions_hash(const std::vector<definition_file>& files, std::string_view algorithm) {
  const EVP_MD* digest = EVP_get_digestbyname(algorithm == "sha" ? "sha1" : std::string(algorithm).c_str());
  WARREN_ENSURE(digest != nullptr);  // the configuration allows only the five
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), digest, nullptr);
  for (const auto& file : files) {
    // The length keeps two files from hashing like one.
    const std::uint64_t bytes = file.text.size();
    EVP_DigestUpdate(context.get(), &bytes, sizeof bytes);
    EVP_DigestUpdate(context.get(), file.text.data(), file.text.size());
  }
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), hash, &size);
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    constexpr const char* digits = "0123456789abcdef";
    out += digits[hash[i] >> 4];
    out += digits[hash[i] & 15];
  }
  return out;
}

}  // namespace warren::actors
