using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Verify.Properties;

/// <summary>An input or output of a network.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="Shape">Its shape; default where only the number of elements is known.</param>
public sealed record TensorSignature(string Name, int Length, ImmutableArray<int> Shape)
{
    /// <summary>Whether a shape means the same elements in the same order: axes of length 1 do not matter.</summary>
    /// <param name="shape">The shape.</param>
    public bool Fits(ImmutableArray<int> shape)
        => shape.Aggregate(1L, static (a, d) => System.Math.Min(int.MaxValue, a * d)) == Length && (Shape.IsDefault || Shape.Length <= 1 || shape.Length <= 1 || shape.Where(static d => d != 1).SequenceEqual(Shape.Where(static d => d != 1)));

    /// <summary>The shape as properties write it.</summary>
    public override string ToString() => "[" + (Shape.IsDefault ? Text(Length) : string.Join(",", Shape.Select(Text))) + "]";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a property can name of a network: its inputs and outputs, in the model's order.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs.</param>
public sealed record NetworkSignature(ImmutableArray<TensorSignature> Inputs, ImmutableArray<TensorSignature> Outputs)
{
    /// <summary>The name of the network in a property that this model is; empty: the next one that is declared.</summary>
    public string Name { get; init; } = "";

    /// <summary>What is the same in networks that differ in their weights only; empty where it is not known.</summary>
    public string Structure { get; init; } = "";

    /// <summary>The input elements.</summary>
    public int InputLength => Inputs.Sum(static t => t.Length);

    /// <summary>The output elements.</summary>
    public int OutputLength => Outputs.Sum(static t => t.Length);

    /// <summary>A network with one input and one output of which the numbers of elements are known.</summary>
    public static NetworkSignature Flat(int inputs, int outputs) => new([new("X", inputs, default)], [new("Y", outputs, default)]);

    /// <summary>The signature of a compiled model.</summary>
    /// <param name="plan">The model.</param>
    /// <param name="problem">Why no property can be about it; empty where one can.</param>
    /// <returns>The signature; null with a problem.</returns>
    public static NetworkSignature? Of(ExecutionPlan plan, out string problem)
    {
        Graph graph = plan.Graph;
        string? unknown = graph.Inputs.Concat(graph.Outputs).Select(static v => v.Name).FirstOrDefault(n => graph.TensorTypeOf(n) is not { ElementType: ElementType.Float32, Shape.IsStatic: true });
        problem = unknown is null ? "" : "'" + unknown + "' is not a float32 tensor of known shape: properties are about such";
        return unknown is not null ? null
            : new NetworkSignature([.. graph.Inputs.Select(v => Tensor(graph, v.Name))], [.. graph.Outputs.Select(v => Tensor(graph, v.Name))]) { Structure = StructureOf(graph) };
    }

    private static TensorSignature Tensor(Graph graph, string name)
    {
        Shape shape = graph.TensorTypeOf(name)!.Shape!;
        return new TensorSignature(name, (int)shape.ElementCount, [.. shape.ToArray()]);
    }

    /// <summary>The operators in their order, with what each reads by number and the shapes that it gives.</summary>
    private static string StructureOf(Graph graph)
    {
        var numbers = new System.Collections.Generic.Dictionary<string, int>(System.StringComparer.Ordinal);
        foreach (Value input in graph.Inputs) numbers[input.Name] = numbers.Count;
        var text = new System.Text.StringBuilder();
        foreach (Node node in graph.Nodes)
        {
            text.Append(node.Operator.QualifiedName).Append('(').Append(string.Join(",", node.Inputs.Select(i => numbers.TryGetValue(i, out int n) ? Text(n) : i.Length == 0 ? "" : graph.TensorTypeOf(i)?.ToString()))).Append(')');
            foreach (string output in node.Outputs)
            {
                numbers[output] = numbers.Count;
                text.Append(graph.TensorTypeOf(output)).Append(' ');
            }
        }

        return text.ToString();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
