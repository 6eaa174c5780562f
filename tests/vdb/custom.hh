// SPDX-License-Identifier: LGPL-2.1-or-later
// Types that a program has made itself: OpenVDB's library has never heard of them.
#ifndef SP_TEST_VDB_CUSTOM_HH
#define SP_TEST_VDB_CUSTOM_HH

#include <openvdb/openvdb.h>

// Another shape.
using FlatTree = openvdb::tree::Tree<openvdb::tree::RootNode<openvdb::tree::InternalNode<openvdb::tree::LeafNode<float, 2>, 3>>>;
using FlatGrid = openvdb::Grid<FlatTree>;

// The usual shape of another value type.
using CountTree = openvdb::UInt32Tree;
using CountGrid = openvdb::Grid<CountTree>;

// Metadata: bytes turned around.
class SecretMetadata : public openvdb::Metadata
{
public:
	static openvdb::Name staticTypeName() { return "sandbox_secret"; }
	static Ptr createMetadata() { return Ptr(new SecretMetadata); }
	explicit SecretMetadata(const std::string &value = "") : value_(value) {}
	openvdb::Name typeName() const override { return staticTypeName(); }
	Ptr copy() const override { return Ptr(new SecretMetadata(value_)); }
	void copy(const Metadata &other) override { value_ = static_cast<const SecretMetadata &>(other).value_; }
	std::string str() const override { return "secret " + value_; }
	bool asBool() const override { return !value_.empty(); }
	openvdb::Index32 size() const override { return openvdb::Index32(value_.size()); }

protected:
	void readValue(std::istream &is, openvdb::Index32 bytes) override
	{
		value_.resize(bytes);
		is.read(&value_[0], bytes);
		std::reverse(value_.begin(), value_.end());
	}
	void writeValue(std::ostream &os) const override
	{
		const std::string turned(value_.rbegin(), value_.rend());

		os.write(turned.data(), std::streamsize(turned.size()));
	}

	std::string value_;
};

// As above, under a name for which a reader that does not know it keeps nothing.
class PassingMetadata : public SecretMetadata
{
public:
	using SecretMetadata::SecretMetadata;
	static openvdb::Name staticTypeName() { return "__sandbox_passing"; }
	openvdb::Name typeName() const override { return staticTypeName(); }
	Ptr copy() const override { return Ptr(new PassingMetadata(value_)); }
};

#endif
