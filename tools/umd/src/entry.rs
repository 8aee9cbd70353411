// SPDX-License-Identifier: MIT OR Apache-2.0
//! The driver's functions, as a runtime written in C calls them ([`d3dddi::functions`]).

use crate::{
    context::Context,
    raster::{Blend, Format, Vertex},
    resource::{Kind, Memory, Resource, Template},
    screen::Screen,
};
use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};
use core::{ptr::NonNull, slice};
use d3dddi::{functions::*, guard, Callbacks, HResult, Result, RtResource, HANDLE};

/// The driver's adapter: only its address means something.
struct Adapter(#[allow(dead_code, reason = "so that it has an address of its own")] u32);

/// The driver's device.
struct Device {
    context: Context<Callbacks>,
    resources: BTreeMap<u32, Resource>,
    given: u32,
}

impl Device {
    /// The context, and a resource.
    fn both(&mut self, number: u32) -> Result<(&Context<Callbacks>, &mut Resource)> {
        let resource = self.resources.get_mut(&number);
        Ok((&self.context, resource.ok_or(HResult::E_INVALIDARG)?))
    }

    fn add(&mut self, resource: Resource) -> u32 {
        // A number is free after four billion others at the latest.
        loop {
            self.given = self.given.wrapping_add(1);
            if self.given != 0 && !self.resources.contains_key(&self.given) {
                self.resources.insert(self.given, resource);
                return self.given;
            }
        }
    }

    /// Destroys all resources; the first failure is the answer.
    fn end(&mut self) -> Result {
        let mut result = Ok(());
        while let Some((_, resource)) = self.resources.pop_first() {
            result = result.and(self.context.screen().destroy_resource(resource));
        }
        result
    }
}

/// The entry point.
///
/// # Safety
///
/// As for all functions: [`d3dddi::functions`].
pub unsafe extern "C" fn open_adapter(args: *mut OpenAdapterArgs) -> HResult {
    guard(|| {
        // SAFETY: As for all functions.
        let args = unsafe { args.as_mut() }.ok_or(HResult::E_INVALIDARG)?;
        if args.version != VERSION {
            return Err(HResult::ERROR_GRAPHICS_DRIVER_MISMATCH);
        }
        let functions = NonNull::new(args.functions).ok_or(HResult::E_INVALIDARG)?;
        // SAFETY: As for all functions.
        unsafe {
            functions.write(AdapterFunctions {
                create_device: Some(create_device),
                close_adapter: Some(close_adapter),
            });
        }
        args.adapter = Box::into_raw(Box::new(Adapter(VERSION))).cast();
        Ok(())
    })
}

unsafe extern "C" fn close_adapter(adapter: HANDLE) -> HResult {
    guard(|| {
        let adapter = NonNull::new(adapter.cast::<Adapter>()).ok_or(HResult::E_INVALIDARG)?;
        // SAFETY: As for all functions: `open_adapter` made it, and this ends it.
        drop(unsafe { Box::from_raw(adapter.as_ptr()) });
        Ok(())
    })
}

unsafe extern "C" fn create_device(adapter: HANDLE, args: *mut CreateDeviceArgs) -> HResult {
    guard(|| {
        // SAFETY: As for all functions.
        let args = unsafe { args.as_mut() }.filter(|_| !adapter.is_null());
        let args = args.ok_or(HResult::E_INVALIDARG)?;
        // SAFETY: As for all functions.
        let table = unsafe { args.callbacks.as_ref() }.ok_or(HResult::E_INVALIDARG)?;
        let functions = NonNull::new(args.functions).ok_or(HResult::E_INVALIDARG)?;
        // SAFETY: It is a runtime's table, and its device lives longer than this one.
        let callbacks = unsafe { Callbacks::new(*table, args.runtime_device) };
        let device = Device {
            context: Context::new(Screen::new(callbacks)?),
            resources: BTreeMap::new(),
            given: 0,
        };
        // SAFETY: As for all functions.
        unsafe {
            functions.write(DeviceFunctions {
                destroy_device: Some(destroy_device),
                create_resource: Some(create_resource),
                destroy_resource: Some(destroy_resource),
                map: Some(map),
                unmap: Some(unmap),
                clear: Some(clear),
                copy: Some(copy),
                draw: Some(draw),
                present: Some(present),
            });
        }
        args.device = Box::into_raw(Box::new(device)).cast();
        Ok(())
    })
}

unsafe extern "C" fn destroy_device(device: HANDLE) -> HResult {
    guard(|| {
        let device = NonNull::new(device.cast::<Device>()).ok_or(HResult::E_INVALIDARG)?;
        // SAFETY: As for all functions: `create_device` made it, and this ends it.
        let mut device = unsafe { Box::from_raw(device.as_ptr()) };
        device.end()
    })
}

/// The device behind a handle, and the argument.
///
/// # Safety
///
/// As for all functions. The results are the only references to what they are of.
unsafe fn on<'a, A>(device: HANDLE, args: *const A) -> Result<(&'a mut Device, &'a A)> {
    // SAFETY: As for all functions.
    let (device, args) = unsafe { (device.cast::<Device>().as_mut(), args.as_ref()) };
    device.zip(args).ok_or(HResult::E_INVALIDARG)
}

unsafe extern "C" fn create_resource(device: HANDLE, args: *mut CreateResourceArgs) -> HResult {
    guard(|| {
        // SAFETY: As for all functions; the copy is behind no reference.
        let (device, given) = unsafe { on(device, args) }.map(|(d, a)| (d, *a))?;
        let mut template = template(&given)?;
        if !given.memory.is_null() {
            // The kind has been seen to have that many buffers, a small number.
            let pieces = given.buffers as usize;
            // SAFETY: As for all functions, there is one for each buffer.
            let pieces = unsafe { slice::from_raw_parts(given.memory, pieces) };
            let memory = pieces.iter().map(memory);
            template.memory = memory.collect::<Result<Vec<_>>>()?;
        }
        let runtime = RtResource::from_handle(given.runtime_resource);
        let screen = device.context.screen();
        let resource = screen.create_resource(runtime, template)?;
        let number = device.add(resource);
        // SAFETY: It was read above, and nothing refers to it.
        unsafe { (*args).resource = number };
        Ok(())
    })
}

/// What C asks for. Fields that have no meaning for a kind must be 0.
fn template(args: &CreateResourceArgs) -> Result<Template> {
    let invalid = HResult::E_INVALIDARG;
    let kind = match args.kind {
        kind::BUFFER => Kind::Buffer { bytes: args.bytes },
        kind::TEXTURE => Kind::Texture,
        kind::PRIMARY => Kind::Primary {
            source: args.source,
        },
        kind::FLIP_CHAIN => Kind::FlipChain {
            source: args.source,
            buffers: args.buffers,
        },
        _ => return Err(invalid),
    };
    let template = match kind {
        Kind::Buffer { bytes } if args.width | args.height | args.format == 0 => {
            Template::buffer(bytes)
        }
        Kind::Buffer { .. } => return Err(invalid),
        _ => {
            let format = Format::of_fourcc(args.format).ok_or(invalid)?;
            Template::image(kind, (args.width, args.height), format)
        }
    };
    let bytes = args.bytes != 0 && args.kind != kind::BUFFER;
    let source = args.source != 0 && template.source().is_none();
    if bytes || source || args.buffers != template.buffers() {
        return Err(invalid);
    }
    let template = Template {
        staging: match args.usage {
            usage::DEFAULT => false,
            usage::STAGING => true,
            _ => return Err(invalid),
        },
        ..template
    };
    template.check()?;
    Ok(template)
}

fn memory(piece: &MemoryArgs) -> Result<Memory> {
    let base = NonNull::new(piece.address).ok_or(HResult::E_INVALIDARG)?;
    // SAFETY: As for all functions: it stays until the resource is destroyed.
    Ok(unsafe { Memory::new(base, piece.pitch, piece.bytes) })
}

unsafe extern "C" fn destroy_resource(device: HANDLE, resource: u32) -> HResult {
    guard(|| {
        // SAFETY: As for all functions.
        let (device, ()) = unsafe { on(device, &()) }?;
        let resource = device.resources.remove(&resource);
        let resource = resource.ok_or(HResult::E_INVALIDARG)?;
        device.context.screen().destroy_resource(resource)
    })
}

unsafe extern "C" fn map(device: HANDLE, args: *mut MapArgs) -> HResult {
    guard(|| {
        // SAFETY: As for all functions; the copy is behind no reference.
        let (device, given) = unsafe { on(device, args) }.map(|(d, a)| (d, *a))?;
        let (context, resource) = device.both(given.resource)?;
        let map = context.screen().map(resource, given.buffer)?;
        // SAFETY: It was read above, and nothing refers to it.
        unsafe {
            (*args).address = map.base.as_ptr();
            (*args).pitch = map.layout.pitch;
            (*args).bytes = map.layout.bytes as u64;
        }
        Ok(())
    })
}

unsafe extern "C" fn unmap(device: HANDLE, resource: u32, buffer: u32) -> HResult {
    guard(|| {
        // SAFETY: As for all functions.
        let (device, ()) = unsafe { on(device, &()) }?;
        let (context, resource) = device.both(resource)?;
        context.screen().unmap(resource, buffer)
    })
}

unsafe extern "C" fn clear(device: HANDLE, args: *const ClearArgs) -> HResult {
    guard(|| {
        // SAFETY: As for all functions.
        let (device, args) = unsafe { on(device, args) }?;
        let (context, resource) = device.both(args.resource)?;
        context.clear(resource, args.buffer, args.rect, args.color)
    })
}

unsafe extern "C" fn copy(device: HANDLE, args: *const CopyArgs) -> HResult {
    guard(|| {
        // SAFETY: As for all functions.
        let (device, args) = unsafe { on(device, args) }?;
        let (region, place) = (args.region, (args.x, args.y));
        if args.from == args.to {
            let (context, resource) = device.both(args.from)?;
            let (from, to) = (args.from_buffer, args.to_buffer);
            return context.copy_within(resource, from, region, to, place);
        }
        // Out of the table for the time of the copy, as both are needed.
        let mut to = device
            .resources
            .remove(&args.to)
            .ok_or(HResult::E_INVALIDARG)?;
        let (context, from) = (&device.context, device.resources.get(&args.from));
        let copied = from.ok_or(HResult::E_INVALIDARG).and_then(|from| {
            context.copy(
                (from, args.from_buffer),
                region,
                (&mut to, args.to_buffer),
                place,
            )
        });
        device.resources.insert(args.to, to);
        copied
    })
}

unsafe extern "C" fn draw(device: HANDLE, args: *const DrawArgs) -> HResult {
    guard(|| {
        // SAFETY: As for all functions.
        let (device, args) = unsafe { on(device, args) }?;
        let (context, resource) = device.both(args.resource)?;
        let blend = match args.blend {
            blend::REPLACE => Blend::Replace,
            blend::OVER => Blend::Over,
            _ => return Err(HResult::E_INVALIDARG),
        };
        let corners = args.vertex.map(|corner| Vertex {
            x: corner.x,
            y: corner.y,
            color: corner.color,
        });
        match args.vertices {
            3 => {
                let [a, b, c, _] = corners;
                context.triangle(resource, args.buffer, [a, b, c], blend)
            }
            4 => context.quad(resource, args.buffer, corners, blend),
            _ => Err(HResult::E_INVALIDARG),
        }
    })
}

unsafe extern "C" fn present(device: HANDLE, args: *mut PresentArgs) -> HResult {
    guard(|| {
        // SAFETY: As for all functions; the copy is behind no reference.
        let (device, given) = unsafe { on(device, args) }.map(|(d, a)| (d, *a))?;
        let (context, resource) = device.both(given.resource)?;
        let flip = context.present(resource)?;
        let answer = PresentArgs {
            resource: given.resource,
            buffer: flip.buffer,
            allocation: flip.allocation,
            km_resource: flip.km_resource,
            source: flip.source,
            width: flip.size.0,
            height: flip.size.1,
            pitch: flip.pitch,
            format: flip.format,
            bytes: flip.bytes,
        };
        // SAFETY: It was read above, and nothing refers to it.
        unsafe { args.write(answer) };
        Ok(())
    })
}
