using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The Predict methods: checks, scratch memory, and the sequence of layers.</summary>
internal static class PredictEmitter
{
    /// <summary>Scratch memory up to here is taken from the stack.</summary>
    private const int StackLimit = 32 * 1024;

    /// <summary>Smaller scratch memory is not worth the search for the beginning of a cache line.</summary>
    private const int LeastAligned = 256;

    /// <summary>Writes the overloads.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, ImmutableArray<EmittedStep> steps)
    {
        if (outputs.Any(o => o.IsOpen))
        {
            OpenPredictEmitter.Write(code, plan, inputs, outputs);
            WarmupEmitter.Write(code, plan, inputs, outputs);
            WriteRun(code, plan, inputs, outputs, steps);
            WriteChecks(code, plan, inputs, outputs);
            return;
        }

        ImmutableArray<string> parameters = Formal(inputs, outputs);
        string arguments = string.Join(", ", inputs.Concat(outputs).Select(v => v.Buffer.Name));
        WriteSpanOverload(code, plan, inputs, outputs, parameters, arguments);
        WriteScratchOverload(code, plan, inputs, outputs, parameters, arguments);
        WriteAllocatingOverload(code, inputs, outputs);
        BatchEmitter.Write(code, plan, inputs, outputs);
        WarmupEmitter.Write(code, plan, inputs, outputs);
        WriteRun(code, plan, inputs, outputs, steps);
        WriteChecks(code, plan, inputs, outputs);
    }

    /// <summary>The parameters of a call.</summary>
    public static ImmutableArray<string> Formal(ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
        => [.. inputs.Select(i => $"ReadOnlySpan<{i.CSharp}> {i.Buffer.Name}"), .. outputs.Select(o => $"Span<{o.CSharp}> {o.Buffer.Name}")];

    private static void WriteSpanOverload(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, ImmutableArray<string> parameters, string arguments)
    {
        Document(code, inputs, outputs, "Runs the network once. " + Allocations(plan) + "; safe to call from many threads.");
        using (code.Block($"public static void Predict({string.Join(", ", parameters)})"))
        {
            WriteCheckCalls(code, plan, inputs, outputs);
            WriteRunCall(code, plan, [arguments], []);
            if (plan.ArenaBytes == 0) return;
        }

        code.Line();
        WriteScratchField(code, plan);
    }

    /// <summary>The call of Run, in scratch memory from the stack or of the thread.</summary>
    internal static void WriteRunCall(SourceWriter code, ExecutionPlan plan, IEnumerable<string> arguments, IEnumerable<string> results)
    {
        WriteScratch(code, plan);
        if (plan.ArenaBytes > 0) arguments = arguments.Append("scratch");
        code.Line($"Run({string.Join(", ", arguments.Concat(results).Where(a => a.Length > 0))});");
    }

    /// <summary>Whether the scratch memory begins with a cache line.</summary>
    internal static bool HasAlignedScratch(ExecutionPlan plan) => plan.ArenaBytes >= LeastAligned;

    /// <summary>The local <c>scratch</c>, where the model needs it.</summary>
    internal static void WriteScratch(SourceWriter code, ExecutionPlan plan)
    {
        if (plan.ArenaBytes == 0) return;
        string type = ArenaText.ElementTypeOf(plan).CSharpName()!;
        string length = ArenaText.LengthOf(plan).ToString(CultureInfo.InvariantCulture);
        if (!HasAlignedScratch(plan))
        {
            code.Line($"Span<{type}> scratch = stackalloc {type}[{length}];");
            return;
        }

        if (plan.Options.IsPortable)
        {
            // Its loops do not ask where a cache line begins.
            if (plan.ArenaBytes > StackLimit) code.Line($"if (s_scratch == null) s_scratch = new {type}[{length}];");
            code.Line($"Span<{type}> scratch = {(plan.ArenaBytes <= StackLimit ? $"stackalloc {type}[{length}]" : "s_scratch")};");
            return;
        }

        string room = (ArenaText.LengthOf(plan) + (Arena.Alignment / ArenaText.ElementTypeOf(plan).Bytes())).ToString(CultureInfo.InvariantCulture);
        string memory = plan.ArenaBytes <= StackLimit ? $"stackalloc {type}[{room}]" : $"s_scratch ??= new {type}[{room}]";
        code.Line($"Span<{type}> scratch = {ArenaText.Aligned(ArenaText.ElementTypeOf(plan))}({memory}, {length});");
    }

    /// <summary>The scratch memory of the thread, where the stack is too small.</summary>
    internal static void WriteScratchField(SourceWriter code, ExecutionPlan plan)
    {
        if (plan.ArenaBytes <= StackLimit) return;
        code.Line("/// <summary>The scratch memory of this thread, kept from call to call.</summary>");
        code.Line("[ThreadStatic]");
        code.Line($"private static {ArenaText.ElementTypeOf(plan).CSharpName()}[]{(plan.Options.IsPortable ? "" : "?")} s_scratch;");
        code.Line();
    }

    /// <summary>What calls allocate, in words.</summary>
    internal static string Allocations(ExecutionPlan plan)
    {
        if (IsOpen(plan)) return "Allocates the values whose sizes are known at run time only";
        bool expands = Expands(plan);
        string[] once = [.. new[] { expands ? "the expanded weights at the first call" : "", plan.ArenaBytes > StackLimit ? "a scratch buffer at a thread's first call" : "" }.Where(t => t.Length > 0)];
        return once.Length == 0 ? "Allocates nothing" : "Allocates nothing but " + string.Join(" and ", once);
    }

    private static bool IsOpen(ExecutionPlan plan) => plan.Buffers.Values.Any(b => b.Storage == Storage.Dynamic) || plan.Root.Steps.Any(s => s.Bodies.Any(b => IsOpen(b.Plan)));

    internal static bool Expands(ExecutionPlan plan) => plan.Root.Steps.Any(s => s.Weights.Any(w => w.IsMade) || s.Bodies.Any(b => Expands(b.Plan)));

    private static void WriteScratchOverload(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, ImmutableArray<string> parameters, string arguments)
    {
        if (plan.ArenaBytes <= StackLimit) return;
        Document(code, inputs, outputs, "Runs the network once in scratch memory of the caller's.",
            "<param name=\"scratch\">At least <see cref=\"ScratchBytes\"/> bytes, of any content.</param>");
        using (code.Block($"public static void Predict({string.Join(", ", parameters.Add("Span<byte> scratch"))})"))
        {
            WriteCheckCalls(code, plan, inputs, outputs);
            code.Line("if (scratch.Length < ScratchBytes) throw new ArgumentException($\"scratch has {scratch.Length} bytes, the model needs {ScratchBytes}.\", nameof(scratch));");
            ElementType type = ArenaText.ElementTypeOf(plan);
            code.Line($"Run({arguments}, {(type == ElementType.UInt8 ? "scratch" : $"MemoryMarshal.Cast<byte, {type.CSharpName()}>(scratch)")});");
        }

        code.Line();
    }

    private static void WriteAllocatingOverload(SourceWriter code, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        code.Line("/// <summary>Runs the network once and gives new arrays.</summary>");
        foreach (PublicValue input in inputs) DocumentParameter(code, input);
        code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length.</exception>");
        WriteAllocating(code, "public static", "Predict", inputs, outputs);
        code.Line();
    }

    /// <summary>Writes a method that makes the outputs' arrays and calls its namesake.</summary>
    public static void WriteAllocating(SourceWriter code, string modifiers, string method, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        string result = outputs.Length == 1 ? outputs[0].CSharp + "[]"
            : "(" + string.Join(", ", outputs.Select(o => o.CSharp + "[] " + o.Pascal)) + ")";
        using (code.Block($"{modifiers} {result} {method}({string.Join(", ", Formal(inputs, []))})"))
        {
            foreach (PublicValue output in outputs) code.Line($"var {output.Buffer.Name} = new {output.CSharp}[{output.Pascal}Length];");
            code.Line($"{method}({string.Join(", ", inputs.Concat(outputs).Select(v => v.Buffer.Name))});");
            code.Line(outputs.Length == 1 ? $"return {outputs[0].Buffer.Name};" : $"return ({string.Join(", ", outputs.Select(o => o.Buffer.Name))});");
        }
    }

    private static void WriteRun(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, ImmutableArray<EmittedStep> steps)
    {
        ImmutableArray<PublicValue> spans = [.. outputs.Where(o => !o.IsOpen)];
        string[] scratch = plan.ArenaBytes == 0 ? [] : [$"Span<{ArenaText.ElementTypeOf(plan).CSharpName()}> scratch"];
        string formal = string.Join(", ", Formal(inputs, spans).Concat(scratch));
        string actual = string.Join(", ", inputs.Concat(spans).Select(v => v.Buffer.Name).Concat(scratch.Select(_ => "scratch")));
        code.Line("/// <summary>The layers, one after the other.</summary>");
        SequenceEmitter.Write(code, plan, "Run", "Part", formal, actual, [.. outputs.Where(o => o.IsOpen).Select(o => o.Buffer)], steps);
        if (!plan.IsDivisible) return;
        code.Line();
        code.Line("/// <summary>The layers as one of several threads sees them: it takes shares of the large ones, and the thread that leads computes the others.</summary>");
        SequenceEmitter.Write(
            code, plan, "RunDivided", "DividedPart", $"{formal}, Span<{ArenaText.ElementTypeOf(plan).CSharpName()}> workspace, LayerWorker worker", actual + ", workspace, worker", [], steps, isDivided: true);
    }

    internal static void WriteCheckCalls(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        foreach (PublicValue value in inputs.Concat(outputs))
            code.Line($"if ({value.Buffer.Name}.Length != {value.Pascal}Length) ThrowLength(nameof({value.Buffer.Name}), {value.Buffer.Name}.Length, {value.Pascal}Length);");
        WriteOverlapChecks(code, plan, inputs, outputs);
    }

    internal static void WriteOverlapChecks(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        foreach (PublicValue output in outputs)
            foreach (PublicValue input in inputs)
                code.Line($"if ({Overlaps(plan, input, output)}) ThrowOverlap(nameof({output.Buffer.Name}), nameof({input.Buffer.Name}));");
    }

    private static void WriteChecks(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        if (inputs.IsEmpty && outputs.IsEmpty) return;
        code.Line();
        using (code.Block("private static void ThrowLength(string parameter, int actual, int expected)"))
            code.Line($"throw new ArgumentException($\"{plan.ClassName}.Predict: {{parameter}} has {{actual}} elements, the model expects {{expected}}.\", parameter);");
        if (inputs.IsEmpty || outputs.IsEmpty) return;
        code.Line();
        using (code.Block("private static void ThrowOverlap(string output, string input)"))
            code.Line($"throw new ArgumentException($\"{plan.ClassName}.Predict: {{output}} shares memory with {{input}}.\", output);");
    }

    /// <summary>Whether the checks for common memory name the runtime library.</summary>
    internal static bool ComparesFloats(ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs) =>
        inputs.Any(static i => i.CSharp == "float") && outputs.Any(static o => o.CSharp == "float");

    /// <summary>Layers read an input after others have written an output, so the two must not share memory.</summary>
    private static string Overlaps(ExecutionPlan plan, PublicValue input, PublicValue output) => !plan.Options.IsPortable && input.CSharp == "float" && output.CSharp == "float"
        ? $"Aliasing.Exists({input.Buffer.Name}, {output.Buffer.Name})"
        : input.CSharp == output.CSharp
        ? $"{input.Buffer.Name}.Overlaps({output.Buffer.Name})"
        : $"MemoryMarshal.AsBytes({input.Buffer.Name}).Overlaps(MemoryMarshal.AsBytes({output.Buffer.Name}))";

    private static void Document(SourceWriter code, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, string summary, string? extra = null)
    {
        code.Line("/// <summary>" + summary + "</summary>");
        foreach (PublicValue value in inputs.Concat(outputs)) DocumentParameter(code, value);
        if (extra is not null) code.Line("/// " + extra);
        code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length, or an output shares memory with an input.</exception>");
    }

    /// <summary>Documents a parameter.</summary>
    public static void DocumentParameter(SourceWriter code, PublicValue value)
        => code.Line($"/// <param name=\"{value.Buffer.Name.TrimStart('@')}\">{value.Value.Type}, row-major: {value.Buffer.Length.ToString(CultureInfo.InvariantCulture)} {(value.Buffer.Length == 1 ? "element" : "elements")}.</param>");
}
