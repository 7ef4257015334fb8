using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>
/// A value that a loop's body hands on to its next run: each run reads one buffer and writes another, so nothing is copied between
/// runs. Its last value is copied where it does not stand in the output already.
/// </summary>
/// <param name="Input">The body's input.</param>
/// <param name="Output">The position among the body's planned outputs; −1 where the body hands it on as it is.</param>
/// <param name="Initial">The position among the step's inputs.</param>
/// <param name="Target">The position among the step's outputs; −1 where nobody reads it.</param>
/// <param name="Type">The element type.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="Name">The local with the current value.</param>
/// <param name="InitialName">The parameter with the first value.</param>
/// <param name="NextName">The local that the next run writes.</param>
/// <param name="SpareName">The local with the buffer that the run after it writes.</param>
/// <param name="WrittenName">The local with the buffer that the last run wrote.</param>
/// <param name="Parts">The parts of the workspace: the buffer beside the output, and one in its place where there is none.</param>
internal sealed record CarriedValue(string Input, int Output, int Initial, int Target, ElementType Type, int Length, string Name, string InitialName, string NextName, string SpareName, string WrittenName, (int Spare, int Next) Parts)
{
    /// <summary>Names of exporters can be long, and five locals bear each.</summary>
    private const int LongestName = 32;

    /// <summary>Names a value and asks for its memory.</summary>
    /// <param name="index">A number that no other value of the step has.</param>
    /// <param name="input">The body's input.</param>
    /// <param name="type">Its type, as the body sees it.</param>
    /// <param name="output">The position among the body's planned outputs, or −1.</param>
    /// <param name="initial">The position among the step's inputs.</param>
    /// <param name="target">The position among the step's outputs, or −1.</param>
    /// <param name="names">The step's names.</param>
    /// <param name="layout">The step's workspace.</param>
    public static CarriedValue Create(int index, string input, TensorType type, int output, int initial, int target, BufferNames names, WorkspaceLayout layout)
    {
        var length = (int)type.Shape!.ElementCount;
        string stem = input.Length > LongestName ? "state" + CSharpLiteral.Of(index) : input;
        string Local(string what, string suffix) => names.For(what + CSharpLiteral.Of(index), stem + suffix);
        return new CarriedValue(input, output, initial, target, type.ElementType, length,
            Local("current ", ""), Local("initial ", "Initial"), Local("next ", "Next"), Local("spare ", "Spare"), Local("written ", "Written"),
            (output < 0 ? -1 : layout.Add(type.ElementType, length), output < 0 || target >= 0 ? -1 : layout.Add(type.ElementType, length)));
    }

    /// <summary>Writes the locals.</summary>
    /// <param name="writer">The step's method.</param>
    /// <param name="layout">The step's workspace.</param>
    /// <param name="row">What is written behind the spans of initial value and output, to take a sequence of a batch.</param>
    public void Declare(StepWriter writer, WorkspaceLayout layout, string row = "")
    {
        string csharp = Type.CSharpName()!;
        writer.Line($"ReadOnlySpan<{csharp}> {Name} = {writer.Input(Initial)}{row};");
        if (Output < 0) return;
        writer.Line($"Span<{csharp}> {NextName} = {(Target < 0 ? layout.Slice(Parts.Next) : writer.Output(Target) + row)};");
        writer.Line($"Span<{csharp}> {SpareName} = {layout.Slice(Parts.Spare)};");
    }

    /// <summary>Writes what follows a run: the new value is the current one, and its buffer is not written next.</summary>
    public void Advance(StepWriter writer)
    {
        if (Output < 0) return;
        writer.Line($"Span<{Type.CSharpName()}> {WrittenName} = {NextName};");
        writer.Line($"{NextName} = {SpareName};");
        writer.Line($"{SpareName} = {WrittenName};");
        writer.Line($"{Name} = {WrittenName};");
    }

    /// <summary>Writes what follows the last run.</summary>
    public void Finish(StepWriter writer, string row = "")
    {
        if (Target >= 0) writer.Line($"{Name}.CopyTo({writer.Output(Target)}{row});");
    }
}
