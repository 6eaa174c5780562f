// SPDX-License-Identifier: LGPL-2.1-or-later
// Metadata and transforms in the program.
#include <cstring>
#include <sstream>
#include <openvdb/openvdb.h>
#include "shims/openvdb/rebuild.hh"
#include "shims/openvdb/reveal.hh"

namespace sp_vdb {

namespace {

using namespace openvdb;

const uint64_t kEntriesMax = 1 << 20;
const uint64_t kEntryCost = 256; // bytes of one besides its name and value

// ---- metadata ----

template <typename T> Metadata::Ptr make(const std::string &value)
{
	typename TypedMetadata<T>::Ptr m(new TypedMetadata<T>);
	T t = zeroVal<T>();

	if (value.size() != sizeof(T))
		return nullptr;
	std::memcpy(&t, value.data(), sizeof(T));
	m->setValue(t);
	return m;
}

template <> Metadata::Ptr make<bool>(const std::string &value)
{
	return value.size() == 1 ? Metadata::Ptr(new BoolMetadata(value[0] != 0)) : nullptr;
}

template <> Metadata::Ptr make<std::string>(const std::string &value)
{
	return Metadata::Ptr(new StringMetadata(value));
}

struct Kind {
	std::string type;
	Metadata::Ptr (*make)(const std::string &value);
};

template <typename T> Kind kind()
{
	return Kind{ TypedMetadata<T>::staticTypeName(), make<T> };
}

const Kind *find_kind(const std::string &type)
{
	static const Kind kinds[] = { kind<bool>(),	   kind<double>(),	kind<float>(),	     kind<int32_t>(),	  kind<int64_t>(),    kind<std::string>(),
				      kind<math::Vec2i>(), kind<math::Vec2s>(), kind<math::Vec2d>(), kind<math::Vec3i>(), kind<math::Vec3s>(), kind<math::Vec3d>(),
				      kind<math::Vec4i>(), kind<math::Vec4s>(), kind<math::Vec4d>(), kind<math::Mat4s>(), kind<math::Mat4d>() };

	for (const Kind &k : kinds)
		if (k.type == type)
			return &k;
	return nullptr;
}

Metadata::Ptr make_unknown(const std::string &type, const std::string &value)
{
	UnknownMetadata::ByteVec bytes(value.begin(), value.end());
	std::shared_ptr<UnknownMetadata> m(new UnknownMetadata(type));

	m->setValue(bytes);
	return m;
}

// One that the program has registered itself takes its own bytes, as natively: it is the program's code. The library's own reader of another kind (of
// DelayedLoadMetadata) is not let near them, and it stays empty: whoever asks a MetaMap for a type gets what has the type's name cast to it, so it must be one.
Metadata::Ptr make_foreign(const std::string &type, const std::string &value)
{
	const auto size = static_cast<Index32>(value.size());
	std::istringstream s(std::string(reinterpret_cast<const char *>(&size), sizeof(size)) + value, std::ios_base::binary);
	const Metadata::Ptr m = Metadata::createMetadata(type);

	if (type != "__delayedload")
		m->read(s);
	return m;
}

// As MetaMap::readMeta, after the bytes have been read: null for one that is not to be kept. A type of the library's is that type, registered or not.
Metadata::Ptr metadata_of(Reader &in, const std::string &type, const std::string &value)
{
	const Kind *k = find_kind(type);

	if (!k && !Metadata::isRegisteredType(type))
		return type.compare(0, 2, "__") == 0 ? nullptr : make_unknown(type, value);
	if (!k)
		return make_foreign(type, value);
	const Metadata::Ptr m = k->make(value);
	if (!m)
		in.refuse("it describes metadata that cannot be");
	return m;
}

// ---- transforms ----

struct MapKind {
	sp_vdb_map_type type;
	unsigned doubles;
	math::MapBase::Ptr (*create)();
};

const MapKind kMaps[] = {
	{ SP_VDB_MAP_AFFINE, 16, math::AffineMap::create },
	{ SP_VDB_MAP_UNITARY, 16, math::UnitaryMap::create },
	{ SP_VDB_MAP_SCALE, 15, math::ScaleMap::create },
	{ SP_VDB_MAP_UNIFORM_SCALE, 15, math::UniformScaleMap::create },
	{ SP_VDB_MAP_TRANSLATION, 3, math::TranslationMap::create },
	{ SP_VDB_MAP_SCALE_TRANSLATE, 18, math::ScaleTranslateMap::create },
	{ SP_VDB_MAP_UNIFORM_SCALE_TRANSLATE, 18, math::UniformScaleTranslateMap::create },
};

// A map's own read() takes so many doubles, and nothing else: no length, no name. It is the only way to set those that are computed from others, bit by bit.
math::MapBase::Ptr fill(math::MapBase::Ptr map, const double *doubles, unsigned n)
{
	std::istringstream s(std::string(reinterpret_cast<const char *>(doubles), n * sizeof(double)), std::ios_base::binary);

	map->read(s);
	return map;
}

math::MapBase::Ptr frustum(const double *d)
{
	const BBoxd box(Vec3d(d[0], d[1], d[2]), Vec3d(d[3], d[4], d[5]));

	return math::MapBase::Ptr(new math::NonlinearFrustumMap(box, d[6], d[7], fill(math::AffineMap::create(), d + 8, 16)));
}

} // namespace

void get_metadata(Reader &in, MetaMap *ret)
{
	ret->clearMetadata();
	for (uint64_t n = in.count(kEntriesMax); n; n--) {
		const std::string name = in.string(), type = in.string(), value = in.bytes(SP_VDB_VALUE_MAX);

		in.pay(kEntryCost);
		if (name.empty() || (*ret)[name])
			in.refuse("it gives metadata no name, or the same name twice");
		if (const Metadata::Ptr m = metadata_of(in, type, value))
			ret->insertMeta(name, *m);
	}
}

math::Transform::Ptr get_transform(Reader &in)
{
	const auto head = in.get<sp_vdb_map>();
	double doubles[SP_VDB_MAP_DOUBLES];
	math::MapBase::Ptr map;

	if (head.doubles > SP_VDB_MAP_DOUBLES)
		in.refuse("it describes a transform that cannot be");
	in.get(doubles, head.doubles * sizeof(double));
	try {
		for (const MapKind &k : kMaps)
			if (k.type == head.type && k.doubles == head.doubles)
				map = fill(k.create(), doubles, k.doubles);
		if (head.type == SP_VDB_MAP_FRUSTUM && head.doubles == SP_VDB_MAP_DOUBLES)
			map = frustum(doubles);
	} catch (const openvdb::Exception &) {
		map.reset(); // one that is singular
	}
	if (!map)
		in.refuse("it describes a transform that cannot be");
	return make_transform(map);
}

} // namespace sp_vdb
