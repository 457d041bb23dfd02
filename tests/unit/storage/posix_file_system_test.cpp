#include "storage/posix_file_system.hpp"

#include <cstdlib>
#include <filesystem>

#include "tests/unit/storage/storage_testkit.hpp"

using namespace warren;
using namespace warren::storage;

namespace {
struct temporary_directory {
  std::string path;
  temporary_directory() {
    char name[] = "/tmp/warren-storage-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~temporary_directory() { std::filesystem::remove_all(path); }
};
}  // namespace

TEST_CASE("the machine's file system does what the seam promises") {
  temporary_directory dir;
  file_system& fs = posix_file_system();
  const std::string a = dir.path + "/a", b = dir.path + "/b";
  auto f = must(fs.open(a, open_mode::create_new));
  std::vector<std::string> parts;
  for (int i = 0; i < 3000; ++i) parts.push_back(std::to_string(i) + (i % 5 ? "" : "-longer-piece"));
  std::string expected;
  std::vector<io_slice> slices;
  for (const auto& p : parts) {
    slices.push_back({p.data(), p.size()});
    expected += p;
  }
  must(f->write_at(0, slices));  // more pieces than one call takes
  must(f->sync_data());
  CHECK(must(read_whole_file(fs, a)) == expected);
  char tail[100];
  CHECK(must(f->read_at(expected.size() - 10, tail, sizeof tail)) == 10);
  CHECK_FALSE(fs.open(a, open_mode::create_new).ok());
  CHECK(fs.open(dir.path + "/none", open_mode::read).failure().text == "cannot open " + dir.path + "/none: No such file or directory");
  must(f->allocate(1 << 20));
  CHECK(must(f->size()) == 1 << 20);
  must(f->resize(3));
  CHECK(must(read_whole_file(fs, a)) == expected.substr(0, 3));
  must(fs.rename(a, b));
  CHECK(must(fs.list(dir.path)) == std::vector<std::string>{"b"});
  must(fs.sync_directory(dir.path));
  must(fs.sync_everything(dir.path));
  must(fs.remove(b));
  CHECK_FALSE(fs.exists(b));
  CHECK(must(fs.space(dir.path)).total_bytes > 0);
  auto held = must(fs.lock(dir.path + "/lock"));
  CHECK(fs.lock(dir.path + "/lock").failure().text.find("is locked by another process") != std::string::npos);
  held.reset();
  CHECK(fs.lock(dir.path + "/lock").ok());
}

TEST_CASE("a node works on the machine's file system") {
  temporary_directory dir;
  message_maker maker;
  {
    opened_node n = open_node(posix_file_system(), small_files(), dir.path + "/deep/data");
    n.log().append(queue_id{1}, maker.entries(1, 500, 200));
    must(n.log().commit());
  }
  opened_node n = open_node(posix_file_system(), small_files(), dir.path + "/deep/data");
  CHECK(load_all(n.store(), queue_id{1}, 0, 100) == positions(1, 500));
}
