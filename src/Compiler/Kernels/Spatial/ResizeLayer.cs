using System;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>A Resize as kernels see it.</summary>
/// <param name="Node">The node.</param>
/// <param name="Mode">Its attributes.</param>
/// <param name="Input">The input's lengths.</param>
/// <param name="Output">The output's lengths.</param>
/// <param name="Axes">All axes; null where scales, sizes or the region are computed at run time.</param>
internal sealed record ResizeLayer(Node Node, ResizeMode Mode, int[] Input, int[] Output, ResizeAxis[]? Axes)
{
    /// <summary>The layer as summaries name it.</summary>
    public string Text => $"{Node.Operator.Name} {Shape.Of(Input)} to {Shape.Of(Output)}, {Mode.Interpolation}, {Mode.Coordinates}" + (Mode.Antialias ? ", antialiased" : "");

    /// <summary>Reads a Resize or Upsample that inference has accepted.</summary>
    public static ResizeLayer Read(Node node, KernelContext context)
    {
        InferenceContext parameters = context.Parameters(node);
        var mode = ResizeMode.Read(parameters);
        (int roi, int scales, int sizes) = ResizeParameters.Places(parameters);
        bool isConstant = new[] { mode.IsCrop ? roi : -1, scales, sizes }.All(i => i < 0 || context.Constant(node.Inputs[i]) is not null);
        return new ResizeLayer(node, mode, context.Lengths(node.Inputs[0]), context.Lengths(node.Outputs[0]), isConstant ? ResizeParameters.Read(parameters, withRoi: true) : null);
    }

    /// <summary>Whether an axis may be left as it is.</summary>
    public bool IsKept(int axis)
    {
        if (Axes is not { } axes) return Input[axis] == 1 && Output[axis] == 1 && !Mode.IsCrop;
        ResizeAxis own = axes[axis];
        return own.In == own.Out && own.Scale == 1 && (Mode.IsCrop ? own is { Start: 0, End: 1 } : Mode.Coordinates != "tf_half_pixel_for_nn" || own.In == 1);
    }

    /// <summary>The elements that an output along an axis is made of, at most.</summary>
    public long Taps(int axis)
    {
        if (Axes is { } axes) return axes[axis].Taps(Mode);
        // Of scales of run time this is the least that gives the output's length.
        return ResizeAxis.Taps(Mode, Math.Max(1e-6, (Output[axis] - 0.5) / Input[axis]));
    }

    /// <summary>The tables of an axis: positions (−1: outside the crop) and weights, [output, taps].</summary>
    public (int[] Positions, double[] Weights) Tables(int axis)
    {
        int taps = (int)Taps(axis);
        var positions = new int[Output[axis] * taps];
        var weights = new double[positions.Length];
        for (int o = 0; o < Output[axis]; o++)
        {
            (int[] own, double[] shares) = Axes![axis].Find(Mode, o);
            for (int t = 0; t < taps; t++)
            {
                positions[(o * taps) + t] = own.Length == 0 ? -1 : own[t];
                weights[(o * taps) + t] = own.Length == 0 ? 0 : shares[t];
            }
        }

        return (positions, weights);
    }

    /// <summary>A table of weights as a constant.</summary>
    public static Weight WeightsOf(double[] weights) => new("Weights", ElementType.Float64, MemoryMarshal.AsBytes(MemoryExtensions.AsSpan(weights)).ToArray());
}
