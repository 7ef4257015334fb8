using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>MaxPool and GlobalMaxPool: exact in float32.</summary>
internal static class MaxRule
{
    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        if (node.Outputs.Skip(1).Any(static o => o.Length > 0)) throw new UnverifiableException("gives indices");
        int[] x = builder.Graph.TensorTypeOf(node.Inputs[0])!.Shape!.ToArray();
        int planes = x[0] * x[1];
        int length = x.Skip(2).Aggregate(1, static (a, b) => a * b);
        List<int>[] windows = node.Operator.Name == "MaxPool" ? Windows(PoolShapes.Geometry(node, x)) : [[.. Enumerable.Range(0, length)]];
        ImmutableArray<ImmutableArray<int>> groups = [.. Enumerable.Range(0, planes).SelectMany(p => windows.Select(w => w.Select(i => (p * length) + i).ToImmutableArray()))];
        if (groups.Any(static g => g.IsEmpty)) throw new UnverifiableException("has windows outside of the input");
        builder.Add(node.Outputs[0], new MaxNode(node.Outputs[0], builder.Index(node.Inputs[0]), groups));
    }

    private static List<int>[] Windows(WindowGeometry window)
    {
        if (!window.IsSpatial) throw new UnverifiableException("has more than three spatial axes");
        (WindowAxis depth, WindowAxis height, WindowAxis width) = (window.Depth, window.Height, window.Width);
        var result = new List<int>[window.OutLength];
        for (int place = 0; place < result.Length; place++)
        {
            int x = place % width.Out, y = place / width.Out % height.Out, z = place / width.Out / height.Out;
            result[place] =
            [
                .. from kz in Taps(depth, z)
                   from ky in Taps(height, y)
                   from kx in Taps(width, x)
                   select (((depth.Position(z, kz) * height.In) + height.Position(y, ky)) * width.In) + width.Position(x, kx),
            ];
        }

        return result;
    }

    private static IEnumerable<int> Taps(WindowAxis axis, int window) => Enumerable.Range(axis.FirstTap(window), System.Math.Max(0, axis.EndTap(window) - axis.FirstTap(window)));
}
