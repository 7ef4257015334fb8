using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace RedGen.Compiler.Graphs;

/// <summary>A graph as readable text, the same on every machine: for snapshots, debugging and the tool.</summary>
public static class GraphPrinter
{
    /// <summary>Longer lists and tensors are cut: the text is for people.</summary>
    private const int MaxElements = 16;

    /// <summary>
    /// One line for each input, initializer, node and output, such as
    /// <c>%y: float32 1×16×8×8 = Conv(%x, %w) {strides=[1, 1]}</c>.
    /// </summary>
    public static string Print(Graph graph)
    {
        var text = new StringBuilder();
        Print(graph, "", text);
        return text.ToString();
    }

    private static void Print(Graph graph, string indent, StringBuilder text)
    {
        text.Append(indent).Append("graph ").Append(graph.Name).Append('\n');
        foreach (Value input in graph.Inputs) Line("input ", Name(input.Name) + ": " + Type(input.Type));
        foreach (KeyValuePair<string, Tensor> initializer in graph.Initializers.OrderBy(i => i.Key, StringComparer.Ordinal))
            Line("constant ", Name(initializer.Key) + ": " + Tensor(initializer.Value));
        foreach (Node node in graph.Nodes) PrintNode(graph, node, indent + "  ", text);
        foreach (Value output in graph.Outputs) Line("output ", Name(output.Name) + ": " + Type(output.Type));

        void Line(string kind, string content) => text.Append(indent).Append("  ").Append(kind).Append(content).Append('\n');
    }

    private static void PrintNode(Graph graph, Node node, string indent, StringBuilder text)
    {
        string outputs = string.Join(", ", node.Outputs.Select(o => o.Length == 0 ? "_" : Name(o) + ": " + Type(graph.TypeOf(o))));
        text.Append(indent).Append(outputs).Append(" = ").Append(node.Operator.QualifiedName)
            .Append('(').Append(string.Join(", ", node.Inputs.Select(i => i.Length == 0 ? "_" : Name(i)))).Append(')');
        KeyValuePair<string, AttributeValue>[] plain = [.. node.Attributes.All.Where(a => a.Value is not (GraphAttribute or GraphsAttribute))];
        if (plain.Length > 0) text.Append(" {").Append(string.Join(", ", plain.Select(a => a.Key + "=" + Attribute(a.Value)))).Append('}');
        if (node.FusedInto is not null) text.Append(" fused into '").Append(node.FusedInto).Append('\'');
        text.Append('\n');
        foreach (KeyValuePair<string, AttributeValue> attribute in node.Attributes.All)
        {
            Graph[] graphs = attribute.Value switch
            {
                GraphAttribute one => [one.Value],
                GraphsAttribute many => [.. many.Values],
                _ => [],
            };
            foreach (Graph subgraph in graphs)
            {
                text.Append(indent).Append("  ").Append(attribute.Key).Append(":\n");
                Print(subgraph, indent + "    ", text);
            }
        }
    }

    private static string Name(string name) => "%" + name;

    private static string Type(ValueType? type) => type?.ToString() ?? "?";

    private static string Attribute(AttributeValue value) => value switch
    {
        IntAttribute a => Text(a.Value),
        FloatAttribute a => Text(a.Value),
        StringAttribute a => Quote(a.Value),
        TensorAttribute a => Tensor(a.Value),
        TypeAttribute a => a.Value.ToString(),
        IntsAttribute a => List(a.Values, Text),
        FloatsAttribute a => List(a.Values, Text),
        StringsAttribute a => List(a.Values, Quote),
        TensorsAttribute a => List(a.Values, Tensor),
        TypesAttribute a => List(a.Values, t => t.ToString()),
        ReferenceAttribute a => "@" + a.Name,
        _ => "?",
    };

    /// <summary>The type, and the elements of the small tensors that say something: shapes, axes, scalars.</summary>
    private static string Tensor(Tensor tensor)
    {
        if (tensor.Length > MaxElements) return tensor.Type.ToString();
        return tensor.ElementType switch
        {
            ElementType.Int64 => tensor.Type + " " + List(tensor.AsSpan<long>().ToArray(), Text),
            ElementType.Int32 => tensor.Type + " " + List(tensor.AsSpan<int>().ToArray(), i => Text(i)),
            ElementType.Float32 => tensor.Type + " " + List(tensor.AsSpan<float>().ToArray(), Text),
            ElementType.Float64 => tensor.Type + " " + List(tensor.AsSpan<double>().ToArray(), d => d.ToString("R", CultureInfo.InvariantCulture)),
            ElementType.String => tensor.Type + " " + List(tensor.Strings, Quote),
            _ => tensor.Type.ToString(),
        };
    }

    private static string List<T>(IReadOnlyList<T> values, Func<T, string> text)
        => "[" + string.Join(", ", values.Take(MaxElements).Select(text)) + (values.Count > MaxElements ? ", … " + Text(values.Count) + "]" : "]");

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quote(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in value)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c)) quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
