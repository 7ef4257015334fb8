using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Passes;

/// <summary>Computes once what several nodes compute from the same inputs, and keeps equal constants once.</summary>
internal sealed class EliminateCommonSubexpressions : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        var builder = new GraphBuilder(graph);
        bool changed = ShareConstants(builder);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Node node in builder.Nodes)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (OperatorTable.Find(node.Operator) is not { IsDeterministic: true } || !node.Attributes.All.Values.All(IsComparable)) continue;
            string key = KeyOf(node);
            if (seen.TryGetValue(key, out string? name) && builder.Find(name) is { } first && HaveSameTypes(builder, first, node)) changed |= Share(builder, first, node);
            else seen[key] = node.Name;
        }

        return changed ? builder.Build() : graph;
    }

    /// <summary>Where shapes depend on values of run time, the file may declare different ones.</summary>
    private static bool HaveSameTypes(GraphBuilder builder, Node first, Node second)
        => second.Outputs.Select((o, i) => o.Length == 0 || Equals(builder.TypeOf(o), builder.TypeOf(first.Outputs[i]))).All(same => same);

    private static bool Share(GraphBuilder builder, Node first, Node second)
    {
        bool free = true;
        bool changed = false;
        for (int i = 0; i < second.Outputs.Length; i++)
        {
            if (!second.HasOutput(i)) continue;
            string output = second.Outputs[i];
            changed |= !builder.Consumers(output).IsEmpty;
            free &= builder.ReplaceUses(output, builder.Find(first.Name)!.Outputs[i]);
        }

        if (free) builder.Remove(second);
        return changed || free;
    }

    private static bool ShareConstants(GraphBuilder builder)
    {
        var seen = new Dictionary<Tensor, string>(new ContentComparer());
        bool changed = false;
        foreach (string name in builder.InitializerNames)
        {
            Tensor tensor = builder.ConstantOf(name)!;
            if (!seen.TryGetValue(tensor, out string? first)) seen.Add(tensor, name);
            else if (!builder.Consumers(name).IsEmpty)
            {
                builder.ReplaceUses(name, first);
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>Equal for nodes that compute the same; every part is preceded by its length or kind, so that no two texts run together.</summary>
    private static string KeyOf(Node node)
    {
        var key = new StringBuilder();
        Part(node.Operator.ToString());
        key.Append(node.Inputs.Length).Append(':');
        foreach (string input in node.Inputs) Part(input);
        foreach (string output in node.Outputs) key.Append(output.Length > 0 ? '1' : '0');
        foreach (KeyValuePair<string, AttributeValue> attribute in node.Attributes.All)
        {
            Part(attribute.Key);
            key.Append(attribute.Value.GetType().Name);
            Part(Text(attribute.Value));
        }

        return key.ToString();

        void Part(string text) => key.Append(text.Length).Append(':').Append(text);
    }

    /// <summary>Nodes with subgraphs, and attribute kinds that no operator of today has, are equal to nothing but themselves.</summary>
    private static bool IsComparable(AttributeValue value)
        => value is IntAttribute or FloatAttribute or StringAttribute or IntsAttribute or FloatsAttribute or StringsAttribute or TensorAttribute or TypeAttribute;

    private static string Text(AttributeValue value) => value switch
    {
        IntAttribute a => a.Value.ToString(CultureInfo.InvariantCulture),
        FloatAttribute a => Text(a.Value),
        StringAttribute a => a.Value,
        IntsAttribute a => string.Join(",", a.Values.Select(v => v.ToString(CultureInfo.InvariantCulture))),
        FloatsAttribute a => string.Join(",", a.Values.Select(Text)),
        StringsAttribute a => string.Concat(a.Values.Select(v => v.Length.ToString(CultureInfo.InvariantCulture) + ":" + v)),
        TensorAttribute a => a.Value + " " + Convert.ToBase64String(a.Value.Data.ToArray()) + string.Concat(a.Value.Strings.Select(v => v.Length.ToString(CultureInfo.InvariantCulture) + ":" + v)),
        TypeAttribute a => a.Value.ToString(),
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    /// <summary>By its bits: -0 is not 0, and NaN is itself.</summary>
    private static string Text(float value) => BitConverter.DoubleToInt64Bits(value).ToString(CultureInfo.InvariantCulture);

    /// <summary>Equality of type, shape and bytes.</summary>
    private sealed class ContentComparer : IEqualityComparer<Tensor>
    {
        /// <summary>As many bytes are hashed: weights that are equal so far and then differ are rare.</summary>
        private const int Hashed = 256;

        public bool Equals(Tensor? x, Tensor? y)
            => x is not null && y is not null && x.ElementType == y.ElementType && x.Dimensions.SequenceEqual(y.Dimensions)
                && x.Data.Span.SequenceEqual(y.Data.Span) && x.Strings.SequenceEqual(y.Strings);

        public int GetHashCode(Tensor obj)
        {
            unchecked
            {
                int hash = ((int)obj.ElementType * 397) ^ obj.Length;
                foreach (int d in obj.Dimensions) hash = (hash * 31) + d;
                foreach (byte b in obj.Data.Span.Slice(0, Math.Min(Hashed, obj.Data.Length))) hash = (hash * 31) + b;
                return hash;
            }
        }
    }
}
