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
    public static void Read(NetworkBuilder builder, Node node)
    {
        Operator op = OperatorTable.Find(node.Operator)!;
        string[] variables = [.. node.Inputs.Where(i => i.Length > 0 && builder.IsVariable(i)).Distinct()];
        // Element numbers begin at 1 and go on from input to input: 0 is what the operator itself fills in.
        var firsts = new Dictionary<string, int>();
        int next = 1;
        foreach (string variable in variables)
        {
            firsts[variable] = next;
            next += builder.Length(variable);
        }

        ReferenceTensor[] outputs = builder.Evaluate(node, op, [.. node.Inputs.Select(i => Numbered(builder, i, firsts))]);
        for (int k = 0; k < node.Outputs.Length; k++)
        {
            if (!node.HasOutput(k)) continue;
            int[] sources = [.. outputs[k].Reals!.Select(static r => (int)r)];
            ImmutableArray<LinearMap> maps = [.. variables.Select(v => LinearMapBuilder.Selection(
                builder.Length(v), [.. sources.Select(s => s >= firsts[v] && s < firsts[v] + builder.Length(v) ? s - firsts[v] : -1)]))];
            builder.Add(node.Outputs[k], new AffineNode(node.Outputs[k], [.. variables.Select(builder.Index)], maps, new double[sources.Length], null));
        }
    }

    private static ReferenceTensor? Numbered(NetworkBuilder builder, string name, Dictionary<string, int> firsts)
    {
        if (name.Length == 0) return null;
        if (!firsts.TryGetValue(name, out int first))
        {
            if (builder.Graph.ConstantOf(name) is not { } constant) throw new UnverifiableException("reads '" + name + "', which is not known at build time");
            ReferenceTensor tensor = ReferenceTensor.FromTensor(constant);
            return tensor.IsReal ? throw new UnverifiableException("moves constants among values that depend on the input") : tensor;
        }

        int[] lengths = builder.Graph.TensorTypeOf(name)!.Shape!.ToArray();
        return new ReferenceTensor(ElementType.Float64, lengths, [.. Enumerable.Range(first, builder.Length(name)).Select(static n => (double)n)]);
    }
}
