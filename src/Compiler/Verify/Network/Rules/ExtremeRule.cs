using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Max and Min of several values, constants among them: exact in float32. A minimum is the negative of the negatives' maximum.</summary>
internal static class ExtremeRule
{
    /// <summary>Reads a Max.</summary>
    public static void Max(NetworkBuilder builder, Node node) => Read(builder, node, 1);

    /// <summary>Reads a Min.</summary>
    public static void Min(NetworkBuilder builder, Node node) => Read(builder, node, -1);

    private static void Read(NetworkBuilder builder, Node node, double sign)
    {
        string name = node.Outputs[0];
        int length = builder.Length(name), operands = node.Inputs.Length;
        int[] shape = builder.Graph.TensorTypeOf(name)!.Shape!.ToArray();
        // All operands, spread to the result's shape, one behind the other.
        double[] bias = new double[operands * length];
        string[] variables = [.. node.Inputs.Where(builder.IsVariable).Distinct()];
        for (int k = 0; k < operands; k++)
        {
            if (builder.IsVariable(node.Inputs[k])) continue;
            double[] constant = Broadcast.Constant(builder.Numbers(node.Inputs[k]), [.. builder.Graph.ConstantOf(node.Inputs[k])!.Dimensions], shape);
            if (constant.Any(static c => double.IsNaN(c) || double.IsInfinity(c))) throw new UnverifiableException("has a constant that is not finite");
            for (int i = 0; i < length; i++) bias[(k * length) + i] = sign * constant[i];
        }

        LinearMap[] maps = [.. variables.Select(v =>
        {
            int[] own = Broadcast.Indices(builder.Graph.TensorTypeOf(v)!.Shape!.ToArray(), shape);
            return LinearMapBuilder.Selection(builder.Length(v), [.. node.Inputs.SelectMany(input => input == v ? own : own.Select(static _ => -1))], [.. Enumerable.Repeat(sign, operands * length)]);
        })];
        int all = builder.AddHidden(new AffineNode(name, [.. variables.Select(builder.Index)], [.. maps], bias, null));
        int[][] groups = [.. Enumerable.Range(0, length).Select(i => Enumerable.Range(0, operands).Select(k => (k * length) + i).ToArray())];
        AddGroups(builder, name, all, groups, sign);
    }

    /// <summary>Adds the largest (1) or smallest (−1) element of each group of a node's elements.</summary>
    public static void AddLargest(NetworkBuilder builder, string name, int node, int inputs, int[][] groups, double sign)
    {
        if (sign < 0) node = builder.AddHidden(new AffineNode(name, [node], [LinearMapBuilder.Selection(inputs, [.. Enumerable.Range(0, inputs)], [.. Enumerable.Repeat(sign, inputs)])], new double[inputs], null));
        AddGroups(builder, name, node, groups, sign);
    }

    private static void AddGroups(NetworkBuilder builder, string name, int node, int[][] groups, double sign)
    {
        var largest = new MaxNode(name, node, [.. groups.Select(static g => g.ToImmutableArray())]);
        if (sign > 0)
        {
            builder.Add(name, largest);
            return;
        }

        LinearMap negative = LinearMapBuilder.Selection(groups.Length, [.. Enumerable.Range(0, groups.Length)], [.. Enumerable.Repeat(-1.0, groups.Length)]);
        builder.Add(name, new AffineNode(name, [builder.AddHidden(largest)], [negative], new double[groups.Length], null));
    }
}
