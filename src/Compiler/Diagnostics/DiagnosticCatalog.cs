using System.Collections.Immutable;

namespace RedGen.Compiler.Diagnostics;

/// <summary>Every diagnostic of RedGen. Each has a page docs/diagnostics/RGnnnn.md and a row in AnalyzerReleases.</summary>
public static class DiagnosticCatalog
{
    /// <summary>The model, or a file that it needs, is not there.</summary>
    public static readonly DiagnosticDescriptor MissingFile = new("RG0001", Severity.Error, "File not found",
        "the file '{0}' cannot be read: {1}");

    /// <summary>The file on disk is not the one that the build hashed.</summary>
    public static readonly DiagnosticDescriptor ChangedFile = new("RG0002", Severity.Error, "File changed during the build",
        "the file '{0}' changed after the build looked at it (SHA-256 {1}, expected {2}); build again");

    /// <summary>The bytes are not an ONNX model.</summary>
    public static readonly DiagnosticDescriptor NotOnnx = new("RG0003", Severity.Error, "Not an ONNX model",
        "this is not an ONNX model: {0}");

    /// <summary>The bytes end early or contradict themselves.</summary>
    public static readonly DiagnosticDescriptor Malformed = new("RG0004", Severity.Error, "Malformed ONNX model",
        "the model is truncated or malformed: {0}");

    /// <summary>The IR version is newer than this RedGen.</summary>
    public static readonly DiagnosticDescriptor NewerIrVersion = new("RG0005", Severity.Warning, "Newer ONNX IR version",
        "the model has IR version {0}, newer than the {1} that this RedGen knows; trying all the same");

    /// <summary>The opset cannot be used.</summary>
    public static readonly DiagnosticDescriptor UnsupportedOpset = new("RG0006", Severity.Error, "Unsupported opset",
        "opset {1} of domain '{0}' is not supported: {2}");

    /// <summary>An operator is unknown.</summary>
    public static readonly DiagnosticDescriptor UnsupportedOperator = new("RG0007", Severity.Error, "Unsupported operator",
        "{0}: operator {1} of opset {2} is not supported{3}");

    /// <summary>An element type does not fit an operator.</summary>
    public static readonly DiagnosticDescriptor UnsupportedType = new("RG0008", Severity.Error, "Unsupported element type",
        "{0}: {1}");

    /// <summary>An attribute, or its value, is not supported.</summary>
    public static readonly DiagnosticDescriptor UnsupportedAttribute = new("RG0009", Severity.Error, "Unsupported attribute",
        "{0}: attribute '{1}': {2}");

    /// <summary>A dimension has no value.</summary>
    public static readonly DiagnosticDescriptor UnpinnedDimension = new("RG0010", Severity.Error, "Dimension without a value",
        "input '{0}' has shape {1}: its dimension {2} needs a value; add RedGenDims=\"{3}\" to the model's item");

    /// <summary>Shapes do not fit together.</summary>
    public static readonly DiagnosticDescriptor ShapeConflict = new("RG0011", Severity.Error, "Shapes do not fit",
        "{0}: {1}");

    /// <summary>The graph is inconsistent.</summary>
    public static readonly DiagnosticDescriptor InvalidGraph = new("RG0012", Severity.Error, "Inconsistent graph",
        "{0}");

    /// <summary>A node does not have the form that its operator asks for.</summary>
    public static readonly DiagnosticDescriptor InvalidNode = new("RG0013", Severity.Error, "Invalid node",
        "{0}: {1}");

    /// <summary>External data cannot be used.</summary>
    public static readonly DiagnosticDescriptor ExternalData = new("RG0014", Severity.Error, "External data",
        "initializer '{0}': {1}");

    /// <summary>A tensor is beyond the element budget.</summary>
    public static readonly DiagnosticDescriptor TooLarge = new("RG0015", Severity.Error, "Tensor too large",
        "{0}: {1}");

    /// <summary>A weight is NaN or infinite.</summary>
    public static readonly DiagnosticDescriptor NonFiniteWeights = new("RG0016", Severity.Warning, "NaN or infinity in weights",
        "initializer '{0}' of shape {1} holds {2} values that are NaN or infinite; the first is element {3}");

    /// <summary>An option's value is unknown.</summary>
    public static readonly DiagnosticDescriptor InvalidOption = new("RG0017", Severity.Error, "Unknown option value",
        "{0}='{1}' is not understood: {2}");

    /// <summary>Two models would make one class.</summary>
    public static readonly DiagnosticDescriptor DuplicateClass = new("RG0018", Severity.Error, "Duplicate class name",
        "the class '{0}' is already generated from '{1}'; set RedGenClassName or RedGenNamespace on one of the models");

    /// <summary>The string budget of the assembly is spent.</summary>
    public static readonly DiagnosticDescriptor StringBudget = new("RG0019", Severity.Error, "String budget exceeded",
        "the models of this project need {0} bytes of string constants, more than the {1} that an assembly can hold; set RedGenWeights=Resource on the largest model ('{2}')");

    /// <summary>A value is no tensor.</summary>
    public static readonly DiagnosticDescriptor UnsupportedValue = new("RG0020", Severity.Error, "Unsupported kind of value",
        "{0}: {1}");

    /// <summary>A shape depends on values that are known only at run time.</summary>
    public static readonly DiagnosticDescriptor DynamicShape = new("RG0021", Severity.Error, "Shape known only at run time",
        "{0}: {1}");

    /// <summary>A RedGenModel attribute is misused.</summary>
    public static readonly DiagnosticDescriptor InvalidAttribute = new("RG0022", Severity.Error, "Invalid RedGenModel attribute",
        "[RedGenModel(\"{0}\")]: {1}");

    /// <summary>A bug in RedGen.</summary>
    public static readonly DiagnosticDescriptor InternalError = new("RG0023", Severity.Error, "Internal error of RedGen",
        "RedGen failed in stage {0}: {1}; please report this with the model");

    /// <summary>Weights went to the binary tier.</summary>
    public static readonly DiagnosticDescriptor ResourceWeights = new("RG0024", Severity.Info, "Weights in a resource",
        "{0} weights are embedded as the resource '{1}'");

    /// <summary>A plan file cannot be used.</summary>
    public static readonly DiagnosticDescriptor StalePlan = new("RG0025", Severity.Warning, "Plan file not used",
        "the plan of the reduction is not used: {0}; run `redgen tune` again");

    /// <summary>The certified bound is above what the user allows.</summary>
    public static readonly DiagnosticDescriptor ErrorBound = new("RG0026", Severity.Error, "Certified error too large",
        "the reduction may change an output by {0}, more than RedGenMaxError={1}, for {2}; {3}");

    /// <summary>The tolerance was not met.</summary>
    public static readonly DiagnosticDescriptor ToleranceMissed = new("RG0027", Severity.Warning, "Tolerance not met",
        "the reduction has a relative error of {0} at the outputs, more than RedGenTolerance={1}; most of it ({2}) comes from {3}");

    /// <summary>The profile has no code for an operator.</summary>
    public static readonly DiagnosticDescriptor NotInProfile = new("RG0028", Severity.Error, "Not in this profile",
        "{0}: {1} has no code for it: {2}");

    /// <summary>The constants take more than the user has.</summary>
    public static readonly DiagnosticDescriptor FlashBudget = new("RG0029", Severity.Error, "Flash budget exceeded",
        "the constants take {0} bytes, more than RedGenFlashBudget={1}; the largest layers: {2}");

    /// <summary>A call takes more memory than the user has.</summary>
    public static readonly DiagnosticDescriptor RamBudget = new("RG0030", Severity.Error, "RAM budget exceeded",
        "a call takes {0} bytes of memory, more than RedGenRamBudget={1}; the largest layers: {2}");

    /// <summary>The measured kernels of a plan file cannot be used.</summary>
    public static readonly DiagnosticDescriptor StaleKernels = new("RG0031", Severity.Warning, "Measured kernels not used",
        "the kernels of the plan file {0}: {1}; run `redgen tune --kernels only` again");

    /// <summary>What was left out because inputs are taken to lie in a range.</summary>
    public static readonly DiagnosticDescriptor RangeTrusted = new("RG0032", Severity.Info, "Range of the inputs trusted",
        "for inputs in {0}, {1} are left out: {2}");

    /// <summary>An input violates a property that the build should prove.</summary>
    public static readonly DiagnosticDescriptor PropertyViolated = new("RG2001", Severity.Error, "Property violated",
        "the generated code violates '{0}': for the input {1} it gives {2}{3}");

    /// <summary>A property was neither proven nor refuted.</summary>
    public static readonly DiagnosticDescriptor PropertyUndecided = new("RG2002", Severity.Warning, "Property neither proven nor refuted",
        "'{0}' is neither proven nor refuted after {1} regions: {2}");

    /// <summary>A property cannot be read in full.</summary>
    public static readonly DiagnosticDescriptor UnreadableProperty = new("RG2003", Severity.Error, "Property cannot be read",
        "the property '{0}' cannot be read: {1}");

    /// <summary>There is no verdict about the code that is emitted.</summary>
    public static readonly DiagnosticDescriptor StaleVerdict = new("RG2004", Severity.Warning, "Property not verified",
        "'{0}' is not verified for this code: {1}");

    /// <summary>All descriptors, in the order of their ids.</summary>
    public static ImmutableArray<DiagnosticDescriptor> All { get; } =
    [
        MissingFile, ChangedFile, NotOnnx, Malformed, NewerIrVersion, UnsupportedOpset, UnsupportedOperator, UnsupportedType,
        UnsupportedAttribute, UnpinnedDimension, ShapeConflict, InvalidGraph, InvalidNode, ExternalData, TooLarge,
        NonFiniteWeights, InvalidOption, DuplicateClass, StringBudget, UnsupportedValue, DynamicShape, InvalidAttribute,
        InternalError, ResourceWeights, StalePlan, ErrorBound, ToleranceMissed, NotInProfile, FlashBudget, RamBudget, StaleKernels, RangeTrusted,
        PropertyViolated, PropertyUndecided, UnreadableProperty, StaleVerdict,
    ];
}
