namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>
/// A kernel that copies elements and asks <see cref="KernelContext.Strides"/> where they lie, so that it serves tensors of any layout.
/// </summary>
internal interface IMoveKernel;
