// SPDX-License-Identifier: MIT OR Apache-2.0
// Made by tools/libd3dkmt/generate from uapi/dxgkrnl_engine.h. Do not edit.

pub const DXGKRNL_ENGINE_BUFFER_MAX: u32 = 16777216;
pub const DXGKRNL_ENGINE_DEPTH_MAX: u32 = 4;
pub const DXGKRNL_ENGINE_COORDINATE_MAX: u32 = 1048576;
pub const DXGKRNL_ENGINE_NOP: dxgkrnl_engine_op = 0;
pub const DXGKRNL_ENGINE_END: dxgkrnl_engine_op = 1;
pub const DXGKRNL_ENGINE_FILL: dxgkrnl_engine_op = 2;
pub const DXGKRNL_ENGINE_COPY: dxgkrnl_engine_op = 3;
pub const DXGKRNL_ENGINE_COPY_2D: dxgkrnl_engine_op = 4;
pub const DXGKRNL_ENGINE_WRITE: dxgkrnl_engine_op = 5;
pub const DXGKRNL_ENGINE_FENCE: dxgkrnl_engine_op = 6;
pub const DXGKRNL_ENGINE_TIMESTAMP: dxgkrnl_engine_op = 7;
pub const DXGKRNL_ENGINE_WAIT_MEM: dxgkrnl_engine_op = 8;
pub const DXGKRNL_ENGINE_CALL: dxgkrnl_engine_op = 9;
pub const DXGKRNL_ENGINE_ATOMIC_ADD64: dxgkrnl_engine_op = 10;
pub const DXGKRNL_ENGINE_SPIN: dxgkrnl_engine_op = 11;
pub const DXGKRNL_ENGINE_CLEAR_RECT: dxgkrnl_engine_op = 16;
pub const DXGKRNL_ENGINE_TRIANGLES: dxgkrnl_engine_op = 17;
#[doc = " enum dxgkrnl_engine_op - operations, and the words of their commands\n @DXGKRNL_ENGINE_NOP: any number of words, at least 1: nothing\n @DXGKRNL_ENGINE_END: 1: ends the buffer; a called one returns\n @DXGKRNL_ENGINE_FILL: 6: address, bytes (64 bits), pattern. Address and bytes\n\tare multiples of 4\n @DXGKRNL_ENGINE_COPY: 7: destination, source, bytes (64 bits). Where they\n\toverlap it is as if one byte was copied after the other, from the first on\n @DXGKRNL_ENGINE_COPY_2D: 9: destination, its pitch, source, its pitch, bytes\n\tof a row, rows: row after row, each as by COPY. Rows begin a pitch, in\n\tbytes, behind each other\n @DXGKRNL_ENGINE_WRITE: 4 or 5: address, a value of 32 or 64 bits. The address\n\tis a multiple of the value's size\n @DXGKRNL_ENGINE_FENCE: 5: address, a multiple of 8; value (64 bits). It is\n\tstored at once; at the GPU virtual address of a monitored fence it is a\n\tsignal\n @DXGKRNL_ENGINE_TIMESTAMP: 3: address, a multiple of 8, to which the time of\n\tCLOCK_MONOTONIC is written, in nanoseconds (64 bits)\n @DXGKRNL_ENGINE_WAIT_MEM: 7: address, a multiple of 8; reference (64 bits),\n\tmask, enum dxgkrnl_engine_condition: waits until the value at the address\n\tmeets the condition. Meanwhile others use the engine; all the same it\n\tcounts as running, and can time out. Of the value only the bits of the\n\tmask, which are of its low 32, count; mask 0 stands for all 64 bits\n @DXGKRNL_ENGINE_CALL: 5: address, a multiple of 4; bytes (64 bits): another\n\tbuffer, up to DXGKRNL_ENGINE_DEPTH_MAX inside each other\n @DXGKRNL_ENGINE_ATOMIC_ADD64: 5: address, a multiple of 8; operand (64 bits)\n @DXGKRNL_ENGINE_SPIN: 2: microseconds that the engine is busy for. Only in\n\ttests of the engine outside of the kernel; the module has no such\n\toperation\n @DXGKRNL_ENGINE_CLEAR_RECT: 9: address of a surface of 32 bits a pixel, pitch\n\tin bytes, x, y, width, height in pixels, colour. Address and pitch are\n\tmultiples of 4\n @DXGKRNL_ENGINE_TRIANGLES: 14: address of a surface of 32 bits a pixel, its\n\tpitch in bytes, its width and height in pixels; x, y, width, height of\n\tthe scissor, in pixels; enum dxgkrnl_engine_triangles_flags; address of\n\tcorners, and how many triangles they make. Addresses and the pitch are\n\tmultiples of 4; the surface and the corners end within 64 bits"]
pub type dxgkrnl_engine_op = ::core::ffi::c_uint;
pub const DXGKRNL_ENGINE_EQUAL: dxgkrnl_engine_condition = 0;
pub const DXGKRNL_ENGINE_AT_LEAST: dxgkrnl_engine_condition = 1;
pub const DXGKRNL_ENGINE_NOT_EQUAL: dxgkrnl_engine_condition = 2;
#[doc = " enum dxgkrnl_engine_condition - what DXGKRNL_ENGINE_WAIT_MEM waits for\n @DXGKRNL_ENGINE_EQUAL: the value is the reference\n @DXGKRNL_ENGINE_AT_LEAST: the value is not less than the reference\n @DXGKRNL_ENGINE_NOT_EQUAL: the value is not the reference"]
pub type dxgkrnl_engine_condition = ::core::ffi::c_uint;
pub const DXGKRNL_ENGINE_TRIANGLES_BLEND: dxgkrnl_engine_triangles_flags = 1;
pub const DXGKRNL_ENGINE_TRIANGLES_OPAQUE: dxgkrnl_engine_triangles_flags = 2;
#[doc = " enum dxgkrnl_engine_triangles_flags - how triangles are drawn (bits)\n @DXGKRNL_ENGINE_TRIANGLES_BLEND: of blue, green and red there is afterwards\n\talpha / 255 of what is drawn, and the rest of what was there; of the\n\tpixel's fourth byte as if 255 was drawn; rounded to the nearest. Else\n\twhat is drawn replaces what was there\n @DXGKRNL_ENGINE_TRIANGLES_OPAQUE: the fourth byte of each pixel that is drawn\n\tis 255 afterwards, for surfaces without alpha"]
pub type dxgkrnl_engine_triangles_flags = ::core::ffi::c_uint;
