using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Passes;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Red.Probe;
using RedGen.Compiler.State;
using RedGen.Compiler.Verify.Build;

namespace RedGen.Compiler;

/// <summary>
/// The compiler from end to end: Import → Normalise → Reduce → Plan → Emit.
/// A pure function: no files, no clock, no culture; the same input gives the same bytes on every machine.
/// </summary>
public static class ModelCompiler
{
    /// <summary>Compiles a model to C#.</summary>
    /// <param name="source">The model's bytes and the way to its external data.</param>
    /// <param name="options">The user's options.</param>
    /// <param name="cancellationToken">Stops the compilation.</param>
    /// <returns>Sources and plan, or diagnostics that hold an error. Bad input never throws.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static CompilationResult Compile(ModelSource source, CompilerOptions options, CancellationToken cancellationToken = default)
        => Compile(source, options, null, cancellationToken);

    /// <summary>Compiles a model to C# and tells the host where it is.</summary>
    /// <param name="source">The model's bytes and the way to its external data.</param>
    /// <param name="options">The user's options.</param>
    /// <param name="onStage">Called with the name of each stage (Import, Normalise, Reduce, Plan, Emit) as it starts, so that a host can measure time; may be null.</param>
    /// <param name="cancellationToken">Stops the compilation.</param>
    /// <returns>Sources and plan, or diagnostics that hold an error. Bad input never throws.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static CompilationResult Compile(ModelSource source, CompilerOptions options, Action<string>? onStage, CancellationToken cancellationToken)
    {
        var diagnostics = new DiagnosticBag();
        string stage = "";
        void Enter(string name)
        {
            stage = name;
            onStage?.Invoke(name);
        }

        try
        {
            OptionTable.CheckAvailable(options, diagnostics);
            CostTable costs = CostSelection.Of(options, source.CostsText, diagnostics);
            if (diagnostics.HasErrors) return Failed(diagnostics);

            Enter("Import");
            if (OnnxReader.Read(source, diagnostics, cancellationToken) is not { } model || diagnostics.HasErrors) return Failed(diagnostics);

            CheckWeights.Run(model.Graph, diagnostics);

            Enter("Normalise");
            Graph graph = Normalise(model, options, diagnostics, cancellationToken);
            if (diagnostics.HasErrors) return Failed(diagnostics);

            Enter("Reduce");
            ReducedModel reduced = Reducer.Run(graph, BatchNormStatistics.Read(model.Graph), source, options, diagnostics, cancellationToken);
            reduced = Certification.Run(reduced, options, diagnostics, cancellationToken);
            graph = Fuse(reduced.Graph, options, diagnostics, cancellationToken);
            if (diagnostics.HasErrors) return Failed(diagnostics);

            Enter("Plan");
            string className = options.ClassName ?? ClassNames.FromFileName(source.FileName);
            if (ClassNames.IsReserved(className))
            {
                diagnostics.Add(DiagnosticCatalog.InvalidOption.With("RedGenClassName", className, "generated code uses a type or member of that name itself; choose another name"));
                return Failed(diagnostics);
            }

            ImmutableArray<StatePair> states = StatePairs.Find(graph, model, options, diagnostics);
            ModelReduction reduction = LayerWork.Measure(reduced, graph);
            if (PlanBuilder.Build(graph, reduction, costs, KernelChoices.Read(options, source, diagnostics), InfoOf(model, source), options, className, diagnostics, cancellationToken, states) is not { } plan) return Failed(diagnostics);
            Budgets.Check(plan, diagnostics);
            if (diagnostics.HasErrors) return Failed(diagnostics);

            Enter("Emit");
            // An error of these leaves the sources: code that calls the class shall not fail as well.
            ImmutableArray<string> proven = VerdictCheck.Run(source.Verification, plan, diagnostics);
            EmittedModel emitted = ModelEmitter.Emit(plan, proven, cancellationToken);
            return new CompilationResult(diagnostics.ToImmutable(), emitted.Sources, plan, emitted.WeightBlob, emitted.StringBytes);
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            diagnostics.Add(bug is ModelException problem ? problem.Diagnostic : DiagnosticCatalog.InternalError.With(stage, bug.GetType().Name + ": " + bug.Message));
            return Failed(diagnostics);
        }
    }

    /// <summary>Inlines functions, gives every dimension a value, infers all types, folds constants, and rewrites the graph into its simplest form.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The user's options.</param>
    /// <param name="diagnostics">Takes all problems.</param>
    /// <param name="cancellationToken">Stops the compilation.</param>
    /// <param name="forReference">Whether the graph is for the reference interpreter, which evaluates operators that code computes as graphs of others.</param>
    internal static Graph Normalise(Model model, CompilerOptions options, DiagnosticBag diagnostics, CancellationToken cancellationToken, bool forReference = false)
    {
        var context = new PassContext(options, diagnostics, cancellationToken);
        Graph inlined = InlineFunctions.Run(model with { Graph = StatePairs.Open(model, options) }, diagnostics, cancellationToken);
        if (diagnostics.HasErrors) return inlined;
        Graph graph = PassPipeline.Run(PinDimensions.Run(inlined, options, diagnostics), PassPipeline.Required, context);
        if (!diagnostics.HasErrors && !forReference) graph = PassPipeline.Run(graph, PassPipeline.Lowering, context);
        if (diagnostics.HasErrors || !options.Optimise) return graph;
        graph = PassPipeline.Run(graph, PassPipeline.Optimising, context);
        return forReference || diagnostics.HasErrors || !options.TrustRange ? graph : PassPipeline.Run(graph, PassPipeline.UnderRange, context);
    }

    /// <summary>Marks the nodes that one kernel computes together.</summary>
    internal static Graph Fuse(Graph graph, CompilerOptions options, DiagnosticBag diagnostics, CancellationToken cancellationToken)
        => options.Optimise ? PassPipeline.Run(graph, PassPipeline.Fusing, new PassContext(options, diagnostics, cancellationToken)) : graph;

    private static ModelInfo InfoOf(Model model, ModelSource source) => new(
        source.FileName,
        source.Sha256,
        model.OpsetImports.TryGetValue("", out int opset) ? opset : 0,
        model.Producer,
        model.Documentation,
        model.Graph.Initializers.Values.Sum(t => (long)t.Length));

    private static CompilationResult Failed(DiagnosticBag diagnostics) => new(diagnostics.ToImmutable(), [], null, default, 0);
}
