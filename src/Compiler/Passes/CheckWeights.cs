using System;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>Warns of weights that are NaN or infinite: a training that diverged, or a file that was damaged.</summary>
public static class CheckWeights
{
    /// <summary>Looks at all constants of the graph and its subgraphs.</summary>
    public static void Run(Graph graph, DiagnosticBag diagnostics)
    {
        foreach (string name in graph.Initializers.Keys.OrderBy(n => n, StringComparer.Ordinal))
        {
            Tensor tensor = graph.Initializers[name];
            (int count, int first) = Count(tensor);
            if (count > 0) diagnostics.Add(DiagnosticCatalog.NonFiniteWeights.With(name, tensor.Shape.ToString(), Text(count), Text(first)));
        }

        foreach (Graph subgraph in graph.Nodes.SelectMany(GraphCaptures.Subgraphs)) Run(subgraph, diagnostics);
    }

    /// <summary>How many elements are not finite, and the place of the first.</summary>
    private static (int Count, int First) Count(Tensor tensor) => tensor.ElementType switch
    {
        // All ones in the exponent: NaN or infinity.
        ElementType.Float32 => Count<uint>(tensor.Data.Span, static bits => (bits & 0x7F800000u) == 0x7F800000u),
        ElementType.Float64 => Count<ulong>(tensor.Data.Span, static bits => (bits & 0x7FF0000000000000ul) == 0x7FF0000000000000ul),
        ElementType.Float16 => Count<ushort>(tensor.Data.Span, static bits => (bits & 0x7C00) == 0x7C00),
        ElementType.BFloat16 => Count<ushort>(tensor.Data.Span, static bits => (bits & 0x7F80) == 0x7F80),
        _ => (0, 0),
    };

    private static (int Count, int First) Count<T>(ReadOnlySpan<byte> data, Func<T, bool> isNonFinite)
        where T : struct
    {
        ReadOnlySpan<T> elements = MemoryMarshal.Cast<byte, T>(data);
        int count = 0;
        int first = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            if (!isNonFinite(elements[i])) continue;
            if (count++ == 0) first = i;
        }

        return (count, first);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
