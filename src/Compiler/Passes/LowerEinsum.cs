using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Turns Einsum into what its equation says: a transpose, or matrix products of two operands at a time, in the order in which they are given.
/// Diagonals, and what is a sum of products without being a matrix product, stay as they are: loops serve them as well.
/// </summary>
internal sealed class LowerEinsum : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
        => graph.Nodes.Any(n => n.Is("Einsum")) ? RewriteNodes(graph, context, Lower) : graph;

    private static bool Lower(GraphBuilder builder, Node node)
    {
        if (!node.Is("Einsum") || !node.HasOutput(0) || builder.TensorTypeOf(node.Outputs[0]) is not { } type) return false;
        int[]?[] shapes = [.. node.Inputs.Select(builder.Lengths)];
        if (shapes.Any(s => s is null)) return false;
        int[][] operands = [.. shapes.Select(s => s!)];
        if (EinsumEquation.TryParse(node.Attributes.String("equation", ""), [.. operands.Select(s => s.Length)], out _) is not { } equation) return false;
        if (equation.Lengths(operands) is not { } lengths || lengths.Values.Any(d => d == 0) || equation.Output.Any(l => !lengths.ContainsKey(l))) return false;
        if (equation.Operands.Any(o => o.Distinct().Count() != o.Length)) return false;

        var writer = new EinsumWriter(builder, node, type.ElementType, lengths);
        EinsumTerm[] terms = [.. node.Inputs.Select((name, i) => new EinsumTerm(name, equation.Operands[i], operands[i]))];
        if (!IsWorthIt(equation, terms, lengths)) return false;
        EinsumTerm result = writer.DropBroadcast(terms[0]);
        for (int i = 1; i < terms.Length; i++)
        {
            string later = equation.Output + string.Concat(equation.Operands.Skip(i + 1));
            if (writer.Contract(result, writer.DropBroadcast(terms[i]), later, equation.Output) is not { } product) return false;
            result = product;
        }

        result = writer.Sum(result, equation.Output);
        builder.Replace(node, writer.Finish(writer.Transpose(result, equation.Output)));
        return true;
    }

    /// <summary>Whether the equation is a permutation, or has a product of matrices that are more than rows and columns.</summary>
    private static bool IsWorthIt(EinsumEquation equation, EinsumTerm[] terms, Dictionary<char, int> lengths)
    {
        if (terms.Length == 1) return equation.Summed.Length == 0 && !terms[0].Labels.Equals(equation.Output, System.StringComparison.Ordinal) && terms[0].Labels.Length == equation.Output.Length;
        if (terms.Length > 2) return true;
        long Product(IEnumerable<char> labels) => labels.Aggregate(1L, (product, label) => product * lengths[label]);
        long depth = Product(terms[0].Labels.Where(l => terms[1].Labels.IndexOf(l) >= 0 && equation.Output.IndexOf(l) < 0));
        long rows = Product(terms[0].Labels.Where(l => terms[1].Labels.IndexOf(l) < 0));
        long columns = Product(terms[1].Labels.Where(l => terms[0].Labels.IndexOf(l) < 0));
        return depth > 1 && rows * columns > 1;
    }
}
