namespace RedGen.Compiler.Kernels;

/// <summary>
/// A kernel that asks where elements lie (<see cref="KernelContext.Strides"/>, <see cref="KernelContext.Order"/>) instead of taking it from
/// the shape, so that it serves tensors of any layout.
/// </summary>
internal interface ILayoutKernel;
