namespace RedGen.Generator;

/// <summary>Names of the pipeline's steps; tests assert why each ran.</summary>
internal static class StepNames
{
    /// <summary>A manifest, read.</summary>
    internal const string Manifests = nameof(Manifests);

    /// <summary>A [RedGenModel] attribute, read.</summary>
    internal const string Attributes = nameof(Attributes);

    /// <summary>Which attribute means which model.</summary>
    internal const string Bindings = nameof(Bindings);

    /// <summary>What is to be compiled: a model, its options and its class.</summary>
    internal const string Requests = nameof(Requests);

    /// <summary>The heavy step.</summary>
    internal const string Compiled = nameof(Compiled);

    /// <summary>A model's files, without its diagnostics.</summary>
    internal const string Sources = nameof(Sources);

    /// <summary>Files that several models share, once.</summary>
    internal const string SharedSources = nameof(SharedSources);

    /// <summary>The diagnostics of a model.</summary>
    internal const string Diagnostics = nameof(Diagnostics);
}
