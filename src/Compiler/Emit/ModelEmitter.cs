using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Emit.Micro;
using RedGen.Compiler.Emit.Portable;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>Turns a plan into C#: the table of contents of the generated class.</summary>
internal static class ModelEmitter
{
    /// <summary>Emits the model's class, its weights, and in source mode the kernels that it calls.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="proven">What is proven of the code, in sentences for its documentation.</param>
    /// <param name="cancellationToken">Stops the emission.</param>
    public static EmittedModel Emit(ExecutionPlan plan, ImmutableArray<string> proven, CancellationToken cancellationToken)
    {
        if (plan.Options.Profile == Profile.Micro) return MicroEmitter.Emit(plan, proven, cancellationToken);
        var weights = new WeightTable(KeptWeights.Serves(plan), SharedConstants.Serves(plan));
        ImmutableArray<EmittedStep> steps = SharedMethods.Of(plan, EmittedStep.NameAll(plan, weights));
        string model = EmitModel(plan, steps, weights, proven, cancellationToken);
        WeightFile file = WeightEmitter.Emit(plan, weights);
        ImmutableArray<GeneratedSource> sources = [new GeneratedSource(plan.ClassName + ".g.cs", model)];
        if (weights.All.Length > 0) sources = sources.Add(new GeneratedSource(plan.ClassName + ".Weights.g.cs", file.Text));
        if (plan.Options.Runtime == RuntimeMode.Source)
        {
            string code = string.Join("\n", weights.Expanded.Select(w => w.Expression).Concat(weights.Kept.Expression).Prepend(model).Append(file.Named));
            sources = sources.AddRange(plan.Options.IsPortable ? PortableSources.For(code) : RuntimeSources.For(code));
        }

        return new EmittedModel(sources, file.Blob, file.StringBytes);
    }

    private static string EmitModel(ExecutionPlan plan, ImmutableArray<EmittedStep> steps, WeightTable weights, ImmutableArray<string> proven, CancellationToken cancellationToken)
    {
        var body = new SourceWriter();
        HashSet<string> methods = plan.Options.IsBareMetal ? MicroEmitter.MethodsOf(steps) : [];
        foreach (EmittedStep step in steps.Where(static s => s.IsWritten))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (string line in Lines(plan, step, methods)) body.Line(line);
        }

        var code = new SourceWriter();
        WriteClass(code, plan, steps, weights, proven, body.ToString());
        return code.ToString();
    }

    private static void WriteClass(SourceWriter code, ExecutionPlan plan, ImmutableArray<EmittedStep> steps, WeightTable weights, ImmutableArray<string> proven, string body)
    {
        (ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs) = PublicValue.Of(plan);
        // The types that the Predict methods name, whatever the steps are.
        string named = outputs.Any(o => o.IsOpen) ? "Tensors" : plan.HasBatches ? "ParallelBatch ParallelOptions" : "";
        if (!plan.Options.IsPortable && PredictEmitter.HasAlignedScratch(plan)) named += " AlignedMemory";
        if (!plan.Options.IsPortable && PredictEmitter.ComparesFloats(inputs, outputs)) named += " Aliasing";
        if (WarmupEmitter.SkipsFirstCalls(plan)) named += " FirstCalls";
        using SourceWriter.BlockScope space = FileHeader.Write(code, plan, string.Join("\n", plan.Buffers.Values.Select(b => b.ElementType.CSharpName()).Distinct().Prepend(body).Append(named)));
        ClassDocumentation.Write(code, plan, steps, proven);
        code.Line($"[GeneratedCode(\"RedGen\", \"{FileHeader.Version}\")]");
        using (code.Block(FileHeader.ClassDeclaration(plan)))
        {
            ConstantEmitter.Write(code, plan, inputs, outputs);
            PredictEmitter.Write(code, plan, inputs, outputs, steps);
            foreach (string line in body.TrimEnd('\n').Split('\n')) code.Line(line);
            StepperEmitter.Write(code, plan, inputs, outputs, weights);
        }
    }

    /// <summary>The lines of a step's methods, in the words of the profile.</summary>
    private static ImmutableArray<string> Lines(ExecutionPlan plan, EmittedStep step, HashSet<string> methods)
    {
        if (plan.Options.IsBareMetal) return MicroEmitter.Step(plan, step, methods);
        var code = new SourceWriter();
        EmitStep(code, plan, step);
        ImmutableArray<string> lines = [.. code.ToString().TrimEnd('\n').Split('\n')];
        return plan.Options.IsPortable ? PortableText.Translate(plan, step, lines) : lines;
    }

    /// <summary>Writes the method of a step, and those of its bodies.</summary>
    internal static void EmitStep(SourceWriter code, ExecutionPlan plan, EmittedStep emitted)
    {
        Step step = emitted.Step;
        code.Line();
        WriteSummary(code, emitted);
        var body = new SourceWriter();
        step.Emit(emitted.Writer(body, plan));
        string[] lines = body.ToString().TrimEnd('\n').Split('\n');
        // Inlined among its callers a loop over vectors gets fewer registers: several times slower.
        if (!plan.Options.IsScalar && lines.Any(line => line.Contains("Vector<"))) code.Line("[MethodImpl(MethodImplOptions.NoInlining)]");
        string result = emitted.Result is { } buffer ? $"DynamicTensor<{buffer.ElementType.CSharpName()}>" : "void";
        using (code.Block($"private static {result} {emitted.Method}({string.Join(", ", emitted.Parameters)})"))
        {
            foreach (string constant in emitted.Constants) code.Line(constant + ";");
            foreach (string line in lines) code.Line(line);
        }

        step.EmitMembers(code, emitted.Method);
        step.EmitMethods(emitted.Writer(code, plan));
        foreach (EmittedBody inner in emitted.Bodies) EmitBody(code, inner);
    }

    private static void WriteSummary(SourceWriter code, EmittedStep emitted)
    {
        string summary = XmlText.Escape(emitted.Step.Summary);
        if (emitted.Sharers.IsEmpty)
        {
            code.Line($"/// <summary>{summary}{NodesOf(emitted)}.</summary>");
            return;
        }

        // Where some add a residual and others do not, the summary speaks of it.
        string longest = emitted.Sharers.Select(static s => s.Step.Summary).OrderByDescending(static s => s.Length).First();
        code.Line("/// <summary>");
        code.Line($"/// {XmlText.Escape(longest)}:");
        for (int i = 0; i < emitted.Sharers.Length; i++)
            code.Line($"/// {emitted.Sharers[i].Label}{NodesOf(emitted.Sharers[i])}{(emitted.Sharers[i].Step.Summary == longest ? "" : " without residual")}{(i + 1 < emitted.Sharers.Length ? "," : ".")}");
        code.Line("/// </summary>");
    }

    private static string NodesOf(EmittedStep emitted)
        => emitted.Step.Nodes.IsEmpty ? "" : " (" + XmlText.Escape(string.Join(", ", emitted.Step.Nodes.Select(n => "'" + n.Name + "'"))) + ")";

    private static void EmitBody(SourceWriter code, EmittedBody body)
    {
        code.Line();
        code.Line("/// <summary>" + XmlText.Escape(body.Body.Summary) + ".</summary>");
        SequenceEmitter.Write(code, body.Body.Plan, body.Method, body.Method + "Part", string.Join(", ", body.Parameters), string.Join(", ", body.Arguments), body.Results, body.Steps);
        foreach (EmittedStep step in body.Steps) EmitStep(code, body.Body.Plan, step);
    }
}

/// <summary>What emission gives.</summary>
internal sealed record EmittedModel(ImmutableArray<GeneratedSource> Sources, System.ReadOnlyMemory<byte> WeightBlob, long StringBytes);
