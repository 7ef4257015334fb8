namespace System
{
    /// <summary>The base of attributes.</summary>
    public class Attribute;

    /// <summary>What an attribute applies to.</summary>
    public enum AttributeTargets
    {
        /// <summary>Everything.</summary>
        All = 0x7FFF,
    }

    /// <summary>How an attribute is used.</summary>
    public sealed class AttributeUsageAttribute : Attribute
    {
        /// <summary>Says what it applies to.</summary>
        public AttributeUsageAttribute(AttributeTargets targets) => _ = targets;

        /// <summary>Whether it may stand several times.</summary>
        public bool AllowMultiple { get; set; }

        /// <summary>Whether derived types have it.</summary>
        public bool Inherited { get; set; }
    }

    /// <summary>Marks the last parameter as open in number.</summary>
    public sealed class ParamArrayAttribute : Attribute;
}

namespace System.CodeDom.Compiler
{
    /// <summary>Says which tool wrote the code.</summary>
    public sealed class GeneratedCodeAttribute : Attribute
    {
        /// <summary>Names the tool.</summary>
        public GeneratedCodeAttribute(string tool, string version) => _ = (object)tool == (object)version;
    }
}

namespace System.Reflection
{
    /// <summary>Names the indexer.</summary>
    public sealed class DefaultMemberAttribute : Attribute
    {
        /// <summary>Names it.</summary>
        public DefaultMemberAttribute(string name) => _ = name;
    }
}

namespace System.Diagnostics.CodeAnalysis
{
    /// <summary>Says why a rule does not hold somewhere.</summary>
    public sealed class SuppressMessageAttribute : Attribute
    {
        /// <summary>Names the rule.</summary>
        public SuppressMessageAttribute(string category, string rule) => _ = (object)category == (object)rule;

        /// <summary>Why.</summary>
        public string Justification { get; set; }
    }
}
