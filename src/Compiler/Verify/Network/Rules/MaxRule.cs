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
        IEnumerable<int>[] windows = node.Operator.Name == "MaxPool" ? Windows(PoolShapes.Geometry(node, x)) : [Enumerable.Range(0, length)];
        ImmutableArray<ImmutableArray<int>> groups = [.. Enumerable.Range(0, planes).SelectMany(p => windows.Select(w => w.Select(i => (p * length) + i).ToImmutableArray()))];
        if (groups.Any(static g => g.IsEmpty)) throw new UnverifiableException("has windows outside of the input");
        builder.Add(node.Outputs[0], new MaxNode(node.Outputs[0], builder.Index(node.Inputs[0]), groups));
    }

    private static IEnumerable<int>[] Windows(WindowGeometry window) => [.. Enumerable.Range(0, window.OutLength).Select(place => PoolShapes.Elements(window, place))];
}
