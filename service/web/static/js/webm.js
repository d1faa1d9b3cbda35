// Joins recordings of one microphone in one browser: the blocks of later ones follow the first one's, later in time.
// WebM as recorders write it: one track, times in ms, sizes of segment and clusters left open.
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TIME = 0xe7;
const BLOCK = 0xa3;
const IN_CLUSTERS = [BLOCK, 0xa0];
const FRAME_MS = 60;
const CLUSTER_HEAD = [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, TIME, 0x88];

function widthOf(first) {
  return Math.clz32(first) - 23;
}

function numberAt(bytes, at, width) {
  let value = 0;
  for (let place = 0; place < width; place += 1) value = value * 256 + bytes[at + place];
  return value;
}

// The elements that hold data, in order: {id, at, data, end}. Ends before one that is not all there.
function* elementsOf(bytes) {
  let at = 0;
  while (at < bytes.length) {
    const idWidth = widthOf(bytes[at]);
    const sizeAt = at + idWidth;
    if (idWidth > 4 || sizeAt >= bytes.length) return;
    const width = widthOf(bytes[sizeAt]);
    const data = sizeAt + width;
    if (width > 8 || data > bytes.length) return;
    const id = numberAt(bytes, at, idWidth);
    if (id === SEGMENT || id === CLUSTER) {
      yield { id, at, data, end: data };
      at = data;
      continue;
    }
    const size = (bytes[sizeAt] & (0xff >> width)) * 256 ** (width - 1) + numberAt(bytes, sizeAt + 1, width - 1);
    if (data + size > bytes.length) return;
    yield { id, at, data, end: data + size };
    at = data + size;
  }
}

function blockTime(bytes, element) {
  const at = element.data + widthOf(bytes[element.data]);
  return ((bytes[at] << 8) | bytes[at + 1]) << 16 >> 16;
}

// Where the last whole element ends, and the time of the block that begins last, in ms.
function extent(bytes) {
  let [end, cluster, last] = [0, 0, 0];
  for (const element of elementsOf(bytes)) {
    end = element.end;
    if (element.id === TIME) cluster = numberAt(bytes, element.data, element.end - element.data);
    if (element.id === BLOCK) last = Math.max(last, cluster + blockTime(bytes, element));
  }
  return { end, last };
}

function clusterHead(ms) {
  const head = new Uint8Array(CLUSTER_HEAD.length + 8);
  head.set(CLUSTER_HEAD);
  new DataView(head.buffer).setBigUint64(CLUSTER_HEAD.length, BigInt(ms));
  return head;
}

// Parts of one file, from whole files in their order.
export function joinedWebm([first, ...others]) {
  let { end, last } = extent(first);
  const parts = [first.subarray(0, end)];
  for (const bytes of others) {
    const offset = last + FRAME_MS;
    for (const element of elementsOf(bytes)) {
      if (element.id === TIME) parts.push(clusterHead(offset + numberAt(bytes, element.data, element.end - element.data)));
      if (IN_CLUSTERS.includes(element.id)) parts.push(bytes.subarray(element.at, element.end));
    }
    last = offset + extent(bytes).last;
  }
  return parts;
}
