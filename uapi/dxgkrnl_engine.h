/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Commands of dxgkrnl's software engine.
 *
 * The engine runs command buffers of adapters without one of their own, with the
 * CPU. D3DKMTSubmitCommand() gives it a GPU virtual address, a multiple of 4, and
 * a length in bytes, at most DXGKRNL_ENGINE_BUFFER_MAX.
 *
 * A buffer is a sequence of commands. A command is a sequence of little-endian
 * 32-bit words, the first of which is its header: the operation in bits 7:0,
 * flags in bits 15:8, all of which must be 0, and in bits 31:16 the number of
 * its words, itself included. GPU virtual addresses and other values of 64 bits
 * are two words, the low one first. The words of a command are read once, when it
 * begins.
 *
 * A buffer ends behind its last command, or with DXGKRNL_ENGINE_END. What is no
 * command ends it with a fault of code INVALID_INSTRUCTION at the address of its
 * header: an operation that is not there, flags, another number of words than
 * the operation has, words beyond the length of the buffer, a length or an
 * address that is not aligned as the command says. What is before it was done.
 *
 * A command that uses an address which means nothing, is of memory that is not
 * resident, or may not be written to ends it with a page fault at the first such
 * address. What the command did before that is not taken back.
 *
 * Commands are executed one after the other. Each sees what those before it wrote.
 *
 * Triangles are three corners of three words each: x to the right and y down, in
 * sixteenths of a pixel from the upper left corner of the surface, signed; and a
 * colour, 0xAARRGGBB. They are drawn one after the other, whichever way round
 * their corners are. The corners of each are read once, when it begins. A corner
 * beyond DXGKRNL_ENGINE_COORDINATE_MAX, either way, ends the buffer with a fault
 * of code INVALID_INSTRUCTION at the address of the command.
 *
 * A pixel of the surface and of the scissor belongs to a triangle if its centre
 * is inside. A centre on an edge belongs to the triangle of which that is a left
 * edge, or a horizontal upper one, so that triangles which share an edge share no
 * pixel and leave none out. Each channel is interpolated between the corners, in
 * a straight line, and rounded to the nearest, a half up. Nothing but the pixels
 * that belong to it is touched, row after row, from the left to the right.
 */
#ifndef _UAPI_DXGKRNL_ENGINE_H
#define _UAPI_DXGKRNL_ENGINE_H

#include <linux/types.h>

/** DXGKRNL_ENGINE_BUFFER_MAX - bytes of a buffer, also of one that is called */
#define DXGKRNL_ENGINE_BUFFER_MAX	0x1000000u

/** DXGKRNL_ENGINE_DEPTH_MAX - buffers inside each other, below the first one */
#define DXGKRNL_ENGINE_DEPTH_MAX	4u

/**
 * DXGKRNL_ENGINE_COORDINATE_MAX - how far corners of triangles are from the
 * origin, at most, in sixteenths of a pixel
 */
#define DXGKRNL_ENGINE_COORDINATE_MAX	0x100000u

/** DXGKRNL_ENGINE_HEADER() - the header of a command of so many words */
#define DXGKRNL_ENGINE_HEADER(op, words) \
	((__u32)(op) | (__u32)(words) << 16)

/**
 * enum dxgkrnl_engine_op - operations, and the words of their commands
 * @DXGKRNL_ENGINE_NOP: any number of words, at least 1: nothing
 * @DXGKRNL_ENGINE_END: 1: ends the buffer; a called one returns
 * @DXGKRNL_ENGINE_FILL: 6: address, bytes (64 bits), pattern. Address and bytes
 *	are multiples of 4
 * @DXGKRNL_ENGINE_COPY: 7: destination, source, bytes (64 bits). Where they
 *	overlap it is as if one byte was copied after the other, from the first on
 * @DXGKRNL_ENGINE_COPY_2D: 9: destination, its pitch, source, its pitch, bytes
 *	of a row, rows: row after row, each as by COPY. Rows begin a pitch, in
 *	bytes, behind each other
 * @DXGKRNL_ENGINE_WRITE: 4 or 5: address, a value of 32 or 64 bits. The address
 *	is a multiple of the value's size
 * @DXGKRNL_ENGINE_FENCE: 5: address, a multiple of 8; value (64 bits). It is
 *	stored at once; at the GPU virtual address of a monitored fence it is a
 *	signal
 * @DXGKRNL_ENGINE_TIMESTAMP: 3: address, a multiple of 8, to which the time of
 *	CLOCK_MONOTONIC is written, in nanoseconds (64 bits)
 * @DXGKRNL_ENGINE_WAIT_MEM: 7: address, a multiple of 8; reference (64 bits),
 *	mask, enum dxgkrnl_engine_condition: waits until the value at the address
 *	meets the condition. Meanwhile others use the engine; all the same it
 *	counts as running, and can time out. Of the value only the bits of the
 *	mask, which are of its low 32, count; mask 0 stands for all 64 bits
 * @DXGKRNL_ENGINE_CALL: 5: address, a multiple of 4; bytes (64 bits): another
 *	buffer, up to DXGKRNL_ENGINE_DEPTH_MAX inside each other
 * @DXGKRNL_ENGINE_ATOMIC_ADD64: 5: address, a multiple of 8; operand (64 bits)
 * @DXGKRNL_ENGINE_SPIN: 2: microseconds that the engine is busy for. Only in
 *	tests of the engine outside of the kernel; the module has no such
 *	operation
 * @DXGKRNL_ENGINE_CLEAR_RECT: 9: address of a surface of 32 bits a pixel, pitch
 *	in bytes, x, y, width, height in pixels, colour. Address and pitch are
 *	multiples of 4
 * @DXGKRNL_ENGINE_TRIANGLES: 14: address of a surface of 32 bits a pixel, its
 *	pitch in bytes, its width and height in pixels; x, y, width, height of
 *	the scissor, in pixels; enum dxgkrnl_engine_triangles_flags; address of
 *	corners, and how many triangles they make. Addresses and the pitch are
 *	multiples of 4; the surface and the corners end within 64 bits
 */
enum dxgkrnl_engine_op {
	DXGKRNL_ENGINE_NOP = 0,
	DXGKRNL_ENGINE_END = 1,
	DXGKRNL_ENGINE_FILL = 2,
	DXGKRNL_ENGINE_COPY = 3,
	DXGKRNL_ENGINE_COPY_2D = 4,
	DXGKRNL_ENGINE_WRITE = 5,
	DXGKRNL_ENGINE_FENCE = 6,
	DXGKRNL_ENGINE_TIMESTAMP = 7,
	DXGKRNL_ENGINE_WAIT_MEM = 8,
	DXGKRNL_ENGINE_CALL = 9,
	DXGKRNL_ENGINE_ATOMIC_ADD64 = 10,
	DXGKRNL_ENGINE_SPIN = 11,
	DXGKRNL_ENGINE_CLEAR_RECT = 16,
	DXGKRNL_ENGINE_TRIANGLES = 17,
};

/**
 * enum dxgkrnl_engine_condition - what DXGKRNL_ENGINE_WAIT_MEM waits for
 * @DXGKRNL_ENGINE_EQUAL: the value is the reference
 * @DXGKRNL_ENGINE_AT_LEAST: the value is not less than the reference
 * @DXGKRNL_ENGINE_NOT_EQUAL: the value is not the reference
 */
enum dxgkrnl_engine_condition {
	DXGKRNL_ENGINE_EQUAL = 0,
	DXGKRNL_ENGINE_AT_LEAST = 1,
	DXGKRNL_ENGINE_NOT_EQUAL = 2,
};

/**
 * enum dxgkrnl_engine_triangles_flags - how triangles are drawn (bits)
 * @DXGKRNL_ENGINE_TRIANGLES_BLEND: of blue, green and red there is afterwards
 *	alpha / 255 of what is drawn, and the rest of what was there; of the
 *	pixel's fourth byte as if 255 was drawn; rounded to the nearest. Else
 *	what is drawn replaces what was there
 * @DXGKRNL_ENGINE_TRIANGLES_OPAQUE: the fourth byte of each pixel that is drawn
 *	is 255 afterwards, for surfaces without alpha
 */
enum dxgkrnl_engine_triangles_flags {
	DXGKRNL_ENGINE_TRIANGLES_BLEND = 1,
	DXGKRNL_ENGINE_TRIANGLES_OPAQUE = 2,
};

#endif /* _UAPI_DXGKRNL_ENGINE_H */
