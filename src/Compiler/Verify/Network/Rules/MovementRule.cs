using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Operators that move elements. The reference evaluation, given the elements' numbers in place of their values, says where each
/// element of the result comes from.
/// </summary>
internal static class MovementRule
{
    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node) => Read(builder, node, node.Inputs.Length);

    private static void Read(NetworkBuilder builder, Node node, int moved)
    {
        // Element numbers begin at 1 and go on from input to input: 0 is what the operator itself fills in.
        var inputs = new List<NumberedInput>();
        int next = 1;
        foreach (string name in node.Inputs.Take(moved).Where(static i => i.Length > 0).Distinct())
        {
            if (NumberedInput.Read(builder, node, name, next) is not { } input) continue;
            inputs.Add(input);
            next += input.Count;
        }

        ReferenceTensor[] outputs = builder.Evaluate(node, OperatorTable.Find(node.Operator)!, [.. node.Inputs.Select(i => Given(builder, i, inputs))]);
        for (int k = 0; k < node.Outputs.Length; k++)
        {
            if (!node.HasOutput(k)) continue;
            int[] sources = [.. outputs[k].Reals!.Select(r => r >= 0 && r < next && r == (int)r ? (int)r : throw new UnverifiableException("does more than move elements"))];
            NumberedInput[] variables = [.. inputs.Where(static i => i.Constant is null)];
            var bias = new double[sources.Length];
            for (int i = 0; i < sources.Length; i++) bias[i] = inputs.Find(c => c.Constant is not null && c.Holds(sources[i]))?.ConstantAt(sources[i]) ?? 0;
            ImmutableArray<LinearMap> maps = [.. variables.Select(v => LinearMapBuilder.Selection(v.Count, [.. sources.Select(s => v.Holds(s) ? s - v.First : -1)]))];
            builder.Add(node.Outputs[k], new AffineNode(node.Outputs[k], [.. variables.Select(v => builder.Index(v.Name))], maps, bias, null));
        }
    }

    /// <summary>Reads a Pad; before opset 11 what it fills in is an attribute.</summary>
    public static void Pad(NetworkBuilder builder, Node node)
    {
        if (node.Attributes.Float("value", 0) != 0) throw new UnverifiableException("fills in a number that is not 0");
        Read(builder, node);
    }

    /// <summary>Reads a Resize or Upsample that repeats or drops elements.</summary>
    public static void Resize(NetworkBuilder builder, Node node)
    {
        // Scales are floats too.
        Read(builder, node, moved: 1);
    }

    private static ReferenceTensor? Given(NetworkBuilder builder, string name, List<NumberedInput> inputs)
    {
        if (name.Length == 0) return null;
        if (inputs.Find(i => i.Name == name) is not { } numbered) return ReferenceTensor.FromTensor(builder.Graph.ConstantOf(name)!);
        return new ReferenceTensor(ElementType.Float64, numbered.Lengths, [.. Enumerable.Range(numbered.First, numbered.Count).Select(static n => (double)n)]);
    }

    /// <summary>A float input: a value that depends on the network's input, or a constant.</summary>
    private sealed record NumberedInput(string Name, int First, int Count, int[] Lengths, double[]? Constant)
    {
        public static NumberedInput? Read(NetworkBuilder builder, Node node, string name, int first)
        {
            if (builder.IsVariable(name)) return new NumberedInput(name, first, builder.Length(name), builder.Graph.TensorTypeOf(name)!.Shape!.ToArray(), null);
            if (builder.Graph.ConstantOf(name) is not { } tensor) throw new UnverifiableException("reads '" + name + "', which is not known at build time");
            // Integers and conditions say how elements move, except where they are joined to others.
            if (tensor.ElementType.IsFloat() || node.Operator.Name == "Concat" || (node.Operator.Name == "Where" && name != node.Inputs[0])) return new NumberedInput(name, first, (int)tensor.Length, [.. tensor.Dimensions], builder.Numbers(name));
            return null;
        }

        public bool Holds(int number) => number >= First && number < First + Count;

        public double ConstantAt(int number)
        {
            double value = Constant![number - First];
            return double.IsNaN(value) || double.IsInfinity(value) ? throw new UnverifiableException("moves a constant that is no finite number") : value;
        }
    }
}
