using System;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Operators that treat every item of a batch by itself.</summary>
internal static class ItemKernels
{
    /// <summary>The first axis of the first input counts items.</summary>
    public static Kernel Batch { get; } = new ItemLoopKernel([0], static (_, rank) => Math.Min(1, rank - 1));

    /// <summary>BatchNormalization by known statistics, from opset 7 on; in training it takes the batch together.</summary>
    public static Kernel BatchNormalization { get; } = new ItemLoopKernel([0], static (node, _) => node.Operator.Version < 7 || node.Attributes.Int("training_mode", 0) != 0 ? 0 : 1);

    /// <summary>Gemm: every row of A gives a row of Y, unless A is transposed or C has rows of its own.</summary>
    public static Kernel Gemm { get; } = new ItemLoopKernel([0], static (node, _) => node.Attributes.Int("transA", 0) == 0 ? 1 : 0);

    /// <summary>Normalisations of the axes from one on.</summary>
    public static Kernel FromAxis { get; } = new ItemLoopKernel([0], static (node, rank) => Normal(node.Attributes.Int("axis", -1), rank));

    /// <summary>Quantisation by one scale, or along an axis.</summary>
    public static Kernel Scaled { get; } = new ItemLoopKernel([0], static (node, rank) => node.Attributes.Int("block_size", 0) != 0 ? 0 : Normal(node.Attributes.Int("axis", 1), rank));

    /// <summary>GridSample: images and grids are split alike.</summary>
    public static Kernel GridSample { get; } = new ItemLoopKernel([0, 1], static (_, _) => 1);

    /// <summary>RoiAlign: an item for each region.</summary>
    public static Kernel RoiAlign { get; } = new ItemLoopKernel([1, 2], static (_, _) => 1);

    /// <summary>MaxRoiPool: an item for each region.</summary>
    public static Kernel MaxRoiPool { get; } = new ItemLoopKernel([1], static (_, _) => 1);

    /// <summary>Det: an item for each matrix.</summary>
    public static Kernel Matrices { get; } = new ItemLoopKernel([0], static (_, rank) => rank - 2);

    private static int Normal(long axis, int rank) => (int)(axis < 0 ? axis + rank : Math.Min(axis, rank));
}
