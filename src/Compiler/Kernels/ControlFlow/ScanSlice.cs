using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>A tensor that a Scan's loop takes apart, or puts together, along an axis.</summary>
/// <param name="BodyValue">The body's input or output.</param>
/// <param name="Position">The position among the body's planned outputs; −1 for inputs.</param>
/// <param name="Whole">The position of the whole tensor among the step's inputs or outputs.</param>
/// <param name="Type">The element type.</param>
/// <param name="Outer">Blocks before the axis, within a sequence.</param>
/// <param name="Steps">The axis's length.</param>
/// <param name="Inner">Elements behind the axis.</param>
/// <param name="IsReversed">Whether the loop goes through it from its end.</param>
/// <param name="WholeName">The parameter with the whole tensor.</param>
/// <param name="SliceName">The local with a slice.</param>
/// <param name="Part">The part of the workspace that holds a slice; −1 where slices are contiguous.</param>
internal sealed record ScanSlice(string BodyValue, int Position, int Whole, ElementType Type, int Outer, int Steps, int Inner, bool IsReversed, string WholeName, string SliceName, int Part)
{
    /// <summary>Elements of a slice.</summary>
    public int Length => Outer * Inner;

    /// <summary>Elements of a sequence.</summary>
    public int SequenceLength => Outer * Steps * Inner;

    /// <summary>Describes a tensor and asks for memory where its slices are copied.</summary>
    public static ScanSlice Create(string bodyValue, int position, int whole, TensorType type, int axis, bool isBatched, bool isReversed, BufferNames names, WorkspaceLayout layout)
    {
        int[] lengths = type.Shape!.ToArray();
        int first = isBatched ? 1 : 0;
        bool isEmpty = lengths.Contains(0); // lengths may be beyond an int then
        int outer = isEmpty ? 0 : lengths.Skip(first).Take(axis - first).Aggregate(1, (a, d) => a * d);
        int inner = isEmpty ? 0 : lengths.Skip(axis + 1).Aggregate(1, (a, d) => a * d);
        int part = outer <= 1 ? -1 : layout.Add(type.ElementType, outer * inner);
        string stem = bodyValue.Length > CarriedValue.LongestName ? "slice" + CSharpLiteral.Of(whole) : bodyValue;
        string key = (position < 0 ? "input " : "output ") + CSharpLiteral.Of(whole);
        return new ScanSlice(bodyValue, position, whole, type.ElementType, outer, isEmpty ? 0 : lengths[axis], inner, isReversed, names.For("whole " + key, stem + "Whole"), names.For("slice " + key, stem), part);
    }

    /// <summary>The index of the slice of the current run.</summary>
    private string Step => IsReversed ? $"({CSharpLiteral.Of(Steps - 1)} - i)" : "i";

    /// <summary>Writes the local with the slice of the current run.</summary>
    public void Declare(StepWriter writer, WorkspaceLayout layout, string whole)
    {
        string span = (Position < 0 && Part < 0 ? "ReadOnlySpan<" : "Span<") + Type.CSharpName() + ">";
        string length = CSharpLiteral.Of(Inner);
        if (Part < 0)
        {
            string start = Inner == 1 ? Step.Trim('(', ')') : $"{Step} * {length}";
            writer.Line($"{span} {SliceName} = {(Length == 0 ? "default" : $"{whole}.Slice({start}, {length})")};");
            return;
        }

        writer.Line($"{span} {SliceName} = {layout.Slice(Part)};");
        if (Position < 0 && Length > 0) Move(writer, whole, isGathered: true);
    }

    /// <summary>Writes what brings a collected slice to its place.</summary>
    public void Store(StepWriter writer, string whole)
    {
        if (Part >= 0 && Length > 0) Move(writer, whole, isGathered: false);
    }

    private void Move(StepWriter writer, string whole, bool isGathered)
    {
        string place = $"(j * {CSharpLiteral.Of(Steps)}) + {Step}";
        string inner = CSharpLiteral.Of(Inner);
        string line = Inner == 1
            ? isGathered ? $"{SliceName}[j] = {whole}[{place}];" : $"{whole}[{place}] = {SliceName}[j];"
            : isGathered ? $"{whole}.Slice(({place}) * {inner}, {inner}).CopyTo({SliceName}.Slice(j * {inner}));" : $"{SliceName}.Slice(j * {inner}, {inner}).CopyTo({whole}.Slice(({place}) * {inner}));";
        writer.Line($"for (int j = 0; j < {CSharpLiteral.Of(Outer)}; j++) {line}");
    }

    /// <summary>Writes what clears the slices behind the end of a sequence.</summary>
    public void ClearRest(StepWriter writer, string whole)
    {
        if (Length == 0) return;
        string length = CSharpLiteral.Of(Length);
        writer.Line($"{whole}.Slice({(Length == 1 ? "length" : $"length * {length}")}).Clear();");
    }
}
