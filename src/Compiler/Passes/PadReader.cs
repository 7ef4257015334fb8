using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>What a Pad node adds, whatever the opset that it was written for.</summary>
/// <param name="Before">Elements added before each axis; negative ones are removed.</param>
/// <param name="After">Elements added after each axis.</param>
/// <param name="Value">What is added; null where the mode is none of a constant, or the value is known at run time only.</param>
internal sealed record PadReader(long[] Before, long[] After, double? Value)
{
    /// <summary>Reads a Pad whose amounts are constant, or gives null.</summary>
    public static PadReader? Read(GraphBuilder builder, Node node)
    {
        if (!node.Is("Pad") || builder.Lengths(node.Inputs[0])?.Length is not { } rank) return null;
        long[]? pads = node.HasInput(1) ? builder.Integers(node.Inputs[1])
            : node.Attributes.Ints("pads")?.ToArray() ?? node.Attributes.Ints("paddings")?.ToArray();
        long[]? axes = node.HasInput(3) ? builder.Integers(node.Inputs[3]) : [.. Enumerable.Range(0, rank).Select(a => (long)a)];
        if (pads is null || axes is null || pads.Length != 2 * axes.Length) return null;
        var before = new long[rank];
        var after = new long[rank];
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + rank : axes[i];
            if (axis < 0 || axis >= rank) return null;
            before[axis] = pads[i];
            after[axis] = pads[axes.Length + i];
        }

        return new PadReader(before, after, ValueOf(builder, node));
    }

    private static double? ValueOf(GraphBuilder builder, Node node)
    {
        if (node.Attributes.String("mode", "constant") != "constant") return null;
        if (!node.HasInput(2)) return node.Attributes.Float("value", 0);
        return builder.ConstantOf(node.Inputs[2]) is { Length: 1 } tensor && ElementCodec.Supports(tensor.ElementType)
            ? ReferenceTensor.FromTensor(tensor).Real(0) : null;
    }
}
