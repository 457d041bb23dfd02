#include "storage/metered_file_system.hpp"

namespace warren::storage {
namespace {

class metered_file final : public file {
 public:
  metered_file(std::unique_ptr<file> under, std::shared_ptr<write_meter> meter)
      : file(under->path()), under_(std::move(under)), meter_(std::move(meter)) {}

  using file::write_at;
  status write_at(std::uint64_t offset, std::span<const io_slice> pieces) override {
    std::uint64_t octets = 0;
    for (const io_slice& p : pieces) octets += p.bytes;
    const status done = under_->write_at(offset, pieces);
    meter_->wrote(octets);
    return done;
  }
  result<std::size_t> read_at(std::uint64_t offset, char* to, std::size_t bytes) override { return under_->read_at(offset, to, bytes); }
  status sync_data() override { return under_->sync_data(); }
  status resize(std::uint64_t bytes) override { return under_->resize(bytes); }
  status allocate(std::uint64_t bytes) override {
    const auto before = under_->size();
    const status done = under_->allocate(bytes);
    if (before && bytes > *before) meter_->wrote(bytes - *before);
    return done;
  }
  result<std::uint64_t> size() override { return under_->size(); }

 private:
  std::unique_ptr<file> under_;
  std::shared_ptr<write_meter> meter_;
};

}  // namespace

result<std::unique_ptr<file>> metered_file_system::open(const std::string& path, open_mode mode) {
  auto opened = under_.open(path, mode);
  if (!opened || mode == open_mode::read) return opened;
  return std::unique_ptr<file>(std::make_unique<metered_file>(std::move(*opened), meter_));
}

}  // namespace warren::storage
