using System.Globalization;
using System.Linq;
using System.Runtime.CompilerServices;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>How generated code speaks of the arena: as a span of the one element type that all its buffers have, else of bytes.</summary>
internal static class ArenaText
{
    /// <summary>What <see cref="ElementTypeOf"/> has found: every buffer is asked, for every slice.</summary>
    private static readonly ConditionalWeakTable<ExecutionPlan, StrongBox<ElementType>> Types = new();

    /// <summary>The element type of the arena's span.</summary>
    public static ElementType ElementTypeOf(ExecutionPlan plan) => Types.GetValue(plan, static p => new StrongBox<ElementType>(Find(p))).Value;

    private static ElementType Find(ExecutionPlan plan)
    {
        ElementType[] types = [.. plan.Buffers.Values.Where(b => b.Storage == Storage.Arena).Select(b => b.ElementType.Storage())
            .Concat(plan.Workspaces.Where(w => w is not null).Select(w => w!.ElementType.Storage())).Distinct()];
        return types.Length == 1 ? types[0] : ElementType.UInt8;
    }

    /// <summary>The number of elements of the arena's span.</summary>
    public static int LengthOf(ExecutionPlan plan) => plan.ArenaBytes / ElementTypeOf(plan).Bytes();

    /// <summary>The function that finds the part of memory which begins with a cache line; those of floats and bytes are compiled ahead of time.</summary>
    public static string Aligned(ElementType type) => type is ElementType.Float32 or ElementType.UInt8 ? "AlignedMemory.Slice" : $"AlignedMemory.Slice<{type.CSharpName()}>";

    /// <summary>The expression of a step's workspace at the beginning of <c>workspace</c>, memory like the arena's that the thread has for itself.</summary>
    public static string OwnSlice(ExecutionPlan plan, Buffer buffer) => Slice(plan, buffer with { Offset = 0 }, "workspace");

    /// <summary>The expression of a buffer in the arena <c>scratch</c>.</summary>
    public static string Slice(ExecutionPlan plan, Buffer buffer) => Slice(plan, buffer, "scratch");

    private static string Slice(ExecutionPlan plan, Buffer buffer, string memory)
    {
        // An empty value needs no memory, and where all are empty there is no arena.
        if (buffer.Length == 0) return "default";
        ElementType arena = ElementTypeOf(plan);
        int unit = arena.Bytes();
        string start = (buffer.Offset / unit).ToString(CultureInfo.InvariantCulture);
        if (buffer.ElementType.Storage() == arena) return $"{memory}.Slice({start}, {buffer.Length.ToString(CultureInfo.InvariantCulture)})";
        string bytes = buffer.Bytes.ToString(CultureInfo.InvariantCulture);
        return $"MemoryMarshal.Cast<byte, {buffer.ElementType.CSharpName()}>({memory}.Slice({start}, {bytes}))";
    }
}
